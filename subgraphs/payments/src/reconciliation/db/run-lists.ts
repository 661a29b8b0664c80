import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { and, eq } from 'drizzle-orm'
import { reconciliationRun } from '../../db/tables/reconciliation-run.ts'
import { type ReconciliationRun, SHOWN_RUN } from './runs.ts'

/** Ids carry the time at which they were made, so their order is that of the runs. */
export const newestRuns = ordering({
  name: 'reconciliation runs by newest',
  direction: 'desc',
  by: { id: reconciliationRun.id },
})

/** Not prepared: with an account it is another statement. */
export async function listRuns(
  db: Db,
  page: Page<typeof newestRuns.by>,
  account: string | undefined,
): Promise<Connection<ReconciliationRun>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select(SHOWN_RUN)
    .from(reconciliationRun)
    .where(and(where, account === undefined ? undefined : eq(reconciliationRun.account, account)))
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows, page)
}
