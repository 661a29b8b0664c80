import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { statementImport } from '../../db/tables/statement-import.ts'

const { tenantId: _, contentDigest: __, ...STATEMENT } = getTableColumns(bankStatement)
const SHOWN_STATEMENT = {
  ...STATEMENT,
  format: statementImport.format,
  importedBy: statementImport.importedBy,
  // Statements are written when their import is finished.
  importedAt: sql`${statementImport.importedAt}`.mapWith(statementImport.startedAt),
}

/** A statement as it is shown. */
export type ShownStatement = Omit<typeof bankStatement.$inferSelect, 'tenantId' | 'contentDigest'> &
  Pick<typeof statementImport.$inferSelect, 'format' | 'importedBy'> & { readonly importedAt: Date }

/** Ids of imports carry the time at which they began. */
export const newestStatements = ordering({
  name: 'bank statements by newest',
  direction: 'desc',
  by: { importId: bankStatement.importId, number: bankStatement.number },
})

/** Not prepared: with an account it is another statement. */
export async function listStatements(
  db: Db,
  page: Page<typeof newestStatements.by>,
  account: string | undefined,
): Promise<Connection<ShownStatement>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select(SHOWN_STATEMENT)
    .from(bankStatement)
    .innerJoin(
      statementImport,
      and(eq(statementImport.tenantId, bankStatement.tenantId), eq(statementImport.id, bankStatement.importId)),
    )
    .where(and(where, account === undefined ? undefined : eq(bankStatement.account, account)))
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows, page)
}
