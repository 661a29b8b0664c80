import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import type { Lanes } from '@carriergraph/shared/lanes.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type DueSettlement, findDueSettlements } from '../db/settlement-cycles.ts'
import type { ClearingSettings } from '../rails/settings.ts'
import { calendarOf } from './calendar.ts'
import { localDay } from './schedule.ts'
import { settleDueCycles } from './settle.ts'

/** Cut-offs are hours apart, and nobody waits for a settlement. */
export const SETTLEMENT_INTERVAL_MS = 30_000

export type SettlementWorkerOptions = {
  readonly database: Database
  readonly ledgers: Pick<Ledgers, 'of'>
  readonly clearing: Pick<ClearingSettings, 'timeZone' | 'closingDays'>
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
}

/**
 * Closes the cycles of every tenant that are past their cut-off, settles those that are due, and ends reversals that were
 * approved. Two at once do no harm: a cycle is settled, and taken back, once. `runOnce` resolves with how many were. To be
 * stopped before its ledgers are.
 */
export function createSettlementWorker(options: SettlementWorkerOptions): LaneWorker {
  const { database, ledgers, clearing, clock, log } = options

  async function settle({ tenant, rail, currency }: DueSettlement): Promise<number> {
    const db = database.forTenant(tenant)
    const schedule = { timeZone: clearing.timeZone, calendar: calendarOf(currency, clearing.closingDays) }
    try {
      const ledger = ledgers.of({ tenant, db })
      const { done, refused } = await withCorrelation(undefined, () =>
        settleDueCycles({ db, ledger, terms: { rail, schedule }, clock, currency }),
      )
      const told = { tenant, rail, currency, done, refused }
      if (refused > 0) log.error(told, 'the ledger refused a settlement, or to take one back')
      else if (done > 0) log.info(told, 'settled what was cleared, or took it back')
      return done
    } catch (error) {
      // The others must not wait for this one; it is tried again with the next look.
      log.error({ err: error, tenant, rail, currency }, 'could not settle')
      return 0
    }
  }

  async function begin(lanes: Lanes): Promise<Promise<number | undefined>[]> {
    const now = clock()
    const due = await findDueSettlements(database.system, now, localDay(now, clearing.timeZone))
    return [...Map.groupBy(due, ({ tenant }) => tenant)].map(([tenant, ofTenant]) =>
      lanes.begin(tenant, async () => {
        let done = 0
        for (const one of ofTenant) done += await settle(one)
        return done
      }),
    )
  }

  return new LaneWorker({
    name: 'settlement',
    begin,
    interval_ms: SETTLEMENT_INTERVAL_MS,
    log,
    schedule: options.schedule,
  })
}
