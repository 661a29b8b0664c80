import { addDays } from '@carriergraph/shared/day.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, between, eq, max, sql } from 'drizzle-orm'
import type { SettlementCycle } from '../settlement/cycle.ts'
import type { CyclePeriod } from '../settlement/schedule.ts'
import { settlementCycle } from './tables/settlement-cycle.ts'

type NewCycle = Pick<SettlementCycle, keyof CyclePeriod | 'id' | 'rail' | 'currency' | 'netting' | 'accounts'>

/**
 * The cycle of a rail and currency that ends at that moment, made where there is none yet. Its number is that of its schedule,
 * or the next one where a day has as many: cut-offs are changed during a day, and processes with either setting run beside one
 * another.
 */
export async function ensureCycle(tx: Tx, cycle: NewCycle, now: Date): Promise<Id<'cyc'>> {
  const known = await findCycleEnding(tx, cycle)
  if (known !== undefined) return known
  await lockOpening(tx, cycle)
  for (let attempt = 1; attempt <= OPENING_ATTEMPTS_MAX; attempt += 1) {
    const opened = (await findCycleEnding(tx, cycle)) ?? (await insertCycle(tx, cycle, now))
    if (opened !== undefined) return opened
  }
  throw new Error(`${cycle.rail} ${cycle.currency} ${cycle.day}: others open one cycle after the other.`)
}

/** Only processes of the version before open cycles without the lock, and one of them can take a number meanwhile. */
const OPENING_ATTEMPTS_MAX = 5

/** Whoever opens a cycle of a rail and currency stands in line until the transaction ends: two would open it twice. */
async function lockOpening(tx: Tx, { rail, currency }: NewCycle): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(
      hashtextextended('cycles of ' || current_setting('app.tenant') || ' ' || ${rail} || ' ' || ${currency}, 0))`,
  )
}

async function findCycleEnding(tx: Tx, { rail, currency, day, cutOffAt }: NewCycle): Promise<Id<'cyc'> | undefined> {
  const [row] = await tx
    .select({ id: settlementCycle.id })
    .from(settlementCycle)
    .where(
      and(
        eq(settlementCycle.rail, rail),
        eq(settlementCycle.currency, currency),
        // By index; the moment is on another day where the zone of the settings was another one.
        between(settlementCycle.day, addDays(day, -1), addDays(day, 1)),
        eq(settlementCycle.cutOffAt, cutOffAt),
      ),
    )
    // Earlier versions could open two.
    .orderBy(asc(settlementCycle.number))
    .limit(1)
  return row?.id
}

/** @returns undefined where somebody has taken the number meanwhile */
async function insertCycle(tx: Tx, cycle: NewCycle, now: Date): Promise<Id<'cyc'> | undefined> {
  const { accounts, number, ...rest } = cycle
  const { rail, currency, day } = settlementCycle
  const ofDay = and(eq(rail, rest.rail), eq(currency, rest.currency), eq(day, rest.day))
  const [last] = await tx
    .select({ number: max(settlementCycle.number) })
    .from(settlementCycle)
    .where(ofDay)
  const values = {
    ...rest,
    number: Math.max(number, (last?.number ?? 0) + 1),
    settlementAccountId: accounts.settlementId,
    feesAccountId: accounts.feesId,
    state: 'OPEN',
    version: 1,
    attempt: 1,
    reversalAttempt: 1,
    openedAt: now,
    changedAt: now,
  } as const
  const [row] = await tx
    .insert(settlementCycle)
    .values(values)
    .onConflictDoNothing()
    .returning({ id: settlementCycle.id })
  return row?.id
}
