import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import { reconciliationRun, reconciliationTotal } from '../../db/tables/reconciliation-run.ts'
import type { ReconciliationItem } from '../item.ts'
import type { ItemState } from '../item-states.ts'
import type { MatchStatus } from '../matching/result.ts'
import { SHOWN_ITEM } from './items.ts'
import { type ReconciliationRun, SHOWN_RUN } from './runs.ts'

const runsByIds = preparedFor((db) =>
  db.select(SHOWN_RUN).from(reconciliationRun).where(amongIds(reconciliationRun.id)).prepare('runs by id'),
)

/** Those that exist, in any order. */
export const findRuns = (db: Db, ids: readonly Id<'rcr'>[]): Promise<ReconciliationRun[]> =>
  runsByIds(db).execute({ ids: ids.map(toUuid) })

const itemsByIds = preparedFor((db) =>
  db.select(SHOWN_ITEM).from(reconciliationItem).where(amongIds(reconciliationItem.id)).prepare('items by id'),
)

/** Those that exist, in any order. */
export const findItems = (db: Db, ids: readonly Id<'rci'>[]): Promise<ReconciliationItem[]> =>
  itemsByIds(db).execute({ ids: ids.map(toUuid) })

/** What a run found with one status in one currency. */
export type Total = Omit<typeof reconciliationTotal.$inferSelect, 'tenantId'>

const totalsByRuns = preparedFor((db) =>
  db
    .select()
    .from(reconciliationTotal)
    .where(amongIds(reconciliationTotal.runId))
    .orderBy(reconciliationTotal.runId, reconciliationTotal.status, reconciliationTotal.currency)
    .prepare('totals by run'),
)

export const findTotals = (db: Db, ids: readonly Id<'rcr'>[]): Promise<Total[]> =>
  totalsByRuns(db).execute({ ids: ids.map(toUuid) })

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

export type CaseFilter = {
  readonly account: string | undefined
  readonly status: MatchStatus | undefined
  readonly state: ItemState | undefined
}

export const newestCases = ordering({
  name: 'reconciliation cases by newest',
  direction: 'desc',
  by: { id: reconciliationItem.id },
})

/** Not prepared: each set of filters is another statement. */
export async function listCases(
  db: Db,
  page: Page<typeof newestCases.by>,
  { account, status, state }: CaseFilter,
): Promise<Connection<ReconciliationItem>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select(SHOWN_ITEM)
    .from(reconciliationItem)
    .where(
      and(
        where,
        // In words, and not as a parameter: so that the index of cases is seen to fit.
        sql`${reconciliationItem.state} <> 'SETTLED'`,
        account === undefined ? undefined : eq(reconciliationItem.account, account),
        status && eq(reconciliationItem.status, status),
        state && eq(reconciliationItem.state, state),
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows, page)
}

export const oldestItemsOfRun = ordering({
  name: 'ReconciliationRun.items by oldest',
  direction: 'asc',
  by: { id: reconciliationItem.id },
})

export const itemsOfRuns = pagesByParent(oldestItemsOfRun, reconciliationItem.runId, (db, { where, orderBy, limit }) =>
  db
    .select(SHOWN_ITEM)
    .from(reconciliationItem)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const { tenantId: _, itemId: __, lookup: ___, ...SHOWN_MOVEMENT } = getTableColumns(expectedMovement)

export const expectedInOrder = ordering({
  name: 'ReconciliationItem.expected in order',
  direction: 'asc',
  by: { id: expectedMovement.id },
})

export const expectedOfItems = pagesByParent(
  expectedInOrder,
  reconciliationItem.id,
  (db, { where, orderBy, limit }) =>
    db
      .select(SHOWN_MOVEMENT)
      .from(expectedMovement)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
  (itemId) =>
    sql`${expectedMovement.id} in (select unnest(expected_ids) from ${reconciliationItem} where ${reconciliationItem.id} = ${itemId})`,
)
