import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { pruneFxQuotes } from '../db/fx-quotes.ts'

/** How long a quote that nobody used can be seen, and answers its key, after it has expired. */
export const UNUSED_QUOTE_DAYS = 7
/** Nothing depends on it but the size of a table. */
export const PRUNE_INTERVAL_MS = 600_000
/** Quotes removed in one statement, which holds their rows for milliseconds. */
export const PRUNED_AT_ONCE = 1_000

export type QuotePruningOptions = {
  readonly database: Pick<Database, 'system'>
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
}

/**
 * Forgets quotes of all tenants that were never used. Asking for a price costs nothing, so that a client who does it for
 * every page view would fill the table; those that were used are part of what they were used for, and stay.
 */
export function createQuotePruning({ database, clock, log, schedule }: QuotePruningOptions) {
  const pruneOnce = () =>
    pruneFxQuotes(database.system, new Date(clock().getTime() - UNUSED_QUOTE_DAYS * 86_400_000), PRUNED_AT_ONCE)

  const loop = new PollingLoop({
    name: 'pruning of quotes',
    interval_ms: PRUNE_INTERVAL_MS,
    log,
    schedule,
    step: async () => ((await pruneOnce()) === PRUNED_AT_ONCE ? 'again' : 'idle'),
  })

  return {
    /** Resolves with how many were removed, PRUNED_AT_ONCE at the most. */
    runOnce: pruneOnce,
    start: () => loop.start(),
    stop: () => loop.stop(),
  }
}
