import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import pLimit from 'p-limit'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import { MATCHED_HERE_MAX } from '../matching/match-apart.ts'

/** Of this process, whosever they are: one is read or stored while another is matched, and each may take memory for a million lines. */
export const LARGE_AT_ONCE = 2

const few = pLimit(LARGE_AT_ONCE)

/**
 * Does `work`, which matches an account, in a transaction of its own: where there is much to match, when it is among the few that
 * may. The others wait here, without a connection: for the thread that matches they would wait with one each, and leave their
 * tenant none.
 */
export const amongFew = async <T>(db: TenantDb, account: string, work: () => Promise<T>): Promise<T> =>
  (await isLarge(db, account)) ? few(work) : work()

/** Whether it has more of anything than is matched at once. What comes until it is read is not counted. */
async function isLarge(db: TenantDb, account: string): Promise<boolean> {
  const open = [
    beyond(bankStatementLine, and(eq(bankStatementLine.account, account), isNull(bankStatementLine.itemId))),
    beyond(expectedMovement, and(eq(expectedMovement.account, account), isNull(expectedMovement.itemId))),
    beyond(reconciliationItem, and(eq(reconciliationItem.account, account), eq(reconciliationItem.state, 'OPEN'))),
  ]
  const [row] = await db.execute<{ large: boolean }>(sql`select ${sql.join(open, sql` or `)} as large`)
  return row?.large ?? false
}

const beyond = (table: PgTable, where: SQL | undefined): SQL =>
  sql`exists (select from ${table} where ${where} offset ${MATCHED_HERE_MAX})`
