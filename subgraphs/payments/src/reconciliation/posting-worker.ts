import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { tenantsWithPendingPostings } from './db/postings.ts'
import { postPending } from './post-pending.ts'

/** Nobody waits for a posting: money in suspense is looked at by people, who may look right after a run. */
export const POSTING_INTERVAL_MS = 5_000

export type PostingWorkerOptions = {
  readonly database: Database
  readonly ledgers: Pick<Ledgers, 'of'>
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
}

/** Posts what runs and people have decided, of every tenant. To be stopped before its ledgers are. */
export function createPostingWorker({ database, ledgers, clock, log, schedule }: PostingWorkerOptions) {
  async function runOnce(): Promise<number> {
    let posted = 0
    for (const tenant of await tenantsWithPendingPostings(database.system)) {
      const db = database.forTenant(tenant)
      try {
        const ledger = ledgers.of({ tenant, db })
        posted += await withCorrelation(undefined, () => postPending({ db, ledger, now: clock, log }))
      } catch (error) {
        // The other tenants must not wait for this one; it is tried again with the next look.
        log.error({ err: error, tenant }, 'could not post for reconciliation')
      }
    }
    return posted
  }

  const loop = new PollingLoop({
    name: 'postings of reconciliation',
    interval_ms: POSTING_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await runOnce()
      return 'idle'
    },
  })

  return {
    /** Resolves with how many postings the ledgers have decided. */
    runOnce,
    start: () => loop.start(),
    stop: () => loop.stop(),
  }
}
