import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { ReconciliationItem } from '../item.ts'
import type { ItemState } from '../item-states.ts'
import type { MatchStatus } from '../matching/result.ts'
import { SHOWN_ITEM } from './items.ts'

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
