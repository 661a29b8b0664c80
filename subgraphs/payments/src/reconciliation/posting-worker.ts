import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { Lanes, sumOf } from '@carriergraph/shared/lanes.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { tenantsWithPendingCases } from '../db/unapplied-money.ts'
import { carryOutPending } from '../unapplied/carry-out.ts'
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

/** Posts what runs and people have decided, on cases and on unapplied money, of every tenant. To be stopped before its ledgers are. */
export function createPostingWorker({ database, ledgers, clock, log, schedule }: PostingWorkerOptions) {
  const lanes = new Lanes('postings of reconciliation', log)

  /** @returns what was begun: a tenant with much to post holds up no other */
  async function begin(): Promise<{ readonly done: Promise<number> }> {
    const waiting = [tenantsWithPendingPostings, tenantsWithPendingCases].map((tenants) => tenants(database.system))
    const begun = [...new Set((await Promise.all(waiting)).flat())].map((tenant) =>
      lanes.begin(tenant, () => {
        const db = database.forTenant(tenant)
        const ledger = ledgers.of({ tenant, db })
        return withCorrelation(undefined, async () => {
          const posted = await postPending({ db, ledger, now: clock, log })
          return posted + (await carryOutPending({ db, ledger, clock, log }))
        })
      }),
    )
    return { done: sumOf(begun) }
  }

  const loop = new PollingLoop({
    name: 'postings of reconciliation',
    interval_ms: POSTING_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await begin()
      return 'idle'
    },
  })

  return {
    /** Resolves with how many postings the ledgers have decided. */
    runOnce: async () => (await begin()).done,
    start: () => loop.start(),
    async stop(): Promise<void> {
      await loop.stop()
      await lanes.idle()
    },
  }
}
