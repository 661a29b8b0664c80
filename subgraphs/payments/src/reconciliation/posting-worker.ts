import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import type { Lanes } from '@carriergraph/shared/lanes.ts'
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

/**
 * Posts what runs and people have decided, on cases and on unapplied money, of every tenant; `runOnce` resolves with how much
 * of it the ledgers have decided. To be stopped before its ledgers are.
 */
export function createPostingWorker({ database, ledgers, clock, log, schedule }: PostingWorkerOptions): LaneWorker {
  async function begin(lanes: Lanes): Promise<Promise<number | undefined>[]> {
    const waiting = [tenantsWithPendingPostings, tenantsWithPendingCases].map((tenants) => tenants(database.system))
    return [...new Set((await Promise.all(waiting)).flat())].map((tenant) =>
      lanes.begin(tenant, () => {
        const db = database.forTenant(tenant)
        const ledger = ledgers.of({ tenant, db })
        return withCorrelation(undefined, async () => {
          const posted = await postPending({ db, ledger, now: clock, log })
          return posted + (await carryOutPending({ db, ledger, clock, log }))
        })
      }),
    )
  }

  return new LaneWorker({ name: 'postings of reconciliation', begin, interval_ms: POSTING_INTERVAL_MS, log, schedule })
}
