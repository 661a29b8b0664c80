import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { and, eq } from 'drizzle-orm'
import type { RailName } from '../rails/rail.ts'
import type { CycleState, SettlementCycle } from '../settlement/cycle.ts'
import { toCycle } from './settlement-cycles.ts'
import { settlementCycle } from './tables/settlement-cycle.ts'

export type CycleFilter = {
  readonly rail: RailName | undefined
  readonly currency: CurrencyCode | undefined
  readonly state: CycleState | undefined
}

/** Ids carry the time at which they were made. */
export const newestCycles = ordering({
  name: 'settlement cycles by newest',
  direction: 'desc',
  by: { id: settlementCycle.id },
})

export async function listCycles(
  db: Db,
  page: Page<typeof newestCycles.by>,
  { rail, currency, state }: CycleFilter,
): Promise<Connection<SettlementCycle>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(settlementCycle)
    .where(
      and(
        where,
        rail && eq(settlementCycle.rail, rail),
        currency && eq(settlementCycle.currency, currency),
        state && eq(settlementCycle.state, state),
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toCycle), page)
}
