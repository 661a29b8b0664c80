import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database, TenantDb } from '@carriergraph/shared/db/pools.ts'
import { readOn } from '@carriergraph/shared/db/read-on.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import type { Lanes } from '@carriergraph/shared/lanes.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'

/** What has waited for so long was left by a process that died: no deadline of a living one is near it. */
export const UNFINISHED_AGE_MS = 30_000
const SWEEP_INTERVAL_MS = 15_000
/** Read at once; a sweep goes on until its tenant has none. */
const SWEEP_PAGE = 100

type Times = { readonly before: Date; readonly now: Date }

export type Unfinished<P extends string> = {
  tenants(system: TenantDb, times: Times): Promise<string[]>
  /** Of one tenant, in a fixed order. */
  page(db: TenantDb, page: Times & { readonly after: Id<P> | undefined; readonly limit: number }): Promise<Id<P>[]>
}

export type UnfinishedSweeperOptions<P extends string> = {
  /** What is swept, as logs name it: `payments`. */
  readonly name: string
  readonly unfinished: Unfinished<P>
  readonly resume: (books: Books, id: Id<P>) => Promise<{ readonly status: string }>
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule | undefined
}

/**
 * Finishes what a killed process left between its steps, for the client that never asks again. Two sweepers on the same do no
 * harm: each step is taken once. Each tenant's are finished one by one, and those of all tenants at once. `runOnce` resolves
 * with how many it finished.
 */
export function sweeperOfUnfinished<P extends string>({
  name,
  unfinished,
  resume,
  database,
  clock,
  log,
  schedule,
}: UnfinishedSweeperOptions<P>): LaneWorker {
  async function finish(books: Books, id: Id<P>): Promise<boolean> {
    const { tenant } = books
    try {
      const { status } = await resume(books, id)
      log.info({ subject: id, tenant, status }, `went on with one of the ${name} that were left between their steps`)
      return true
    } catch (error) {
      // The others must not wait for this one; it is tried again with the next sweep.
      log.error({ err: error, subject: id, tenant }, `could not finish one of the ${name}`)
      return false
    }
  }

  async function sweep(tenant: string, times: Times): Promise<number> {
    const books: Books = { tenant, db: database.forTenant(tenant) }
    let finished = 0
    const all = readOn<Id<P>>(SWEEP_PAGE, (page) => unfinished.page(books.db, { ...times, ...page }))
    for await (const id of all) {
      if (worker.isStopping) break
      if (await withCorrelation(undefined, () => finish(books, id))) finished += 1
    }
    return finished
  }

  async function begin(lanes: Lanes): Promise<Promise<number | undefined>[]> {
    const now = clock()
    const times = { now, before: new Date(now.getTime() - UNFINISHED_AGE_MS) }
    const tenants = await unfinished.tenants(database.system, times)
    return tenants.map((tenant) => lanes.begin(tenant, () => sweep(tenant, times)))
  }

  const worker = new LaneWorker({
    name: `sweeper of unfinished ${name}`,
    begin,
    interval_ms: SWEEP_INTERVAL_MS,
    log,
    schedule,
  })
  return worker
}
