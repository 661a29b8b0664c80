import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database, TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'

/** What has waited for so long was left by a process that died: no deadline of a living one is near it. */
export const UNFINISHED_AGE_MS = 30_000
const SWEEP_INTERVAL_MS = 15_000
/** Read at once; a sweep goes on until there are none. */
const SWEEP_PAGE = 100

type Unfinished<P extends string> = { readonly tenantId: string; readonly id: Id<P> }

export type FindUnfinished<P extends string> = (
  system: TenantDb,
  page: { before: Date; now: Date; after: Unfinished<P> | undefined; limit: number },
) => Promise<Unfinished<P>[]>

export type UnfinishedSweeperOptions<P extends string> = {
  /** What is swept, as logs name it: `payments`. */
  readonly name: string
  readonly find: FindUnfinished<P>
  readonly resume: (books: Books, id: Id<P>) => Promise<{ readonly status: string }>
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule | undefined
}

export type Sweeper = {
  start(): Promise<void>
  stop(): Promise<void>
  /** Drives what was left between its steps to its end. Resolves with how many that were. */
  runOnce(): Promise<number>
}

/**
 * Finishes what a killed process left between its steps, for the client that never asks again. Two sweepers on the same do no
 * harm: each step is taken once.
 */
export function sweeperOfUnfinished<P extends string>({
  name,
  find,
  resume,
  database,
  clock,
  log,
  schedule,
}: UnfinishedSweeperOptions<P>): Sweeper {
  let isStopping = false

  async function finish({ tenantId: tenant, id }: Unfinished<P>): Promise<boolean> {
    try {
      const { status } = await resume({ tenant, db: database.forTenant(tenant) }, id)
      log.info({ subject: id, tenant, status }, `went on with one of the ${name} that were left between their steps`)
      return true
    } catch (error) {
      // The others must not wait for this one; it is tried again with the next sweep.
      log.error({ err: error, subject: id, tenant }, `could not finish one of the ${name}`)
      return false
    }
  }

  async function runOnce(): Promise<number> {
    const now = clock()
    const before = new Date(now.getTime() - UNFINISHED_AGE_MS)
    let finished = 0
    for (let after: Unfinished<P> | undefined; ; ) {
      const page = await find(database.system, { before, now, after, limit: SWEEP_PAGE })
      for (const unfinished of page) {
        if (isStopping) return finished
        if (await withCorrelation(undefined, () => finish(unfinished))) finished += 1
      }
      after = page.at(-1)
      if (page.length < SWEEP_PAGE) return finished
    }
  }

  const loop = new PollingLoop({
    name: `sweeper of unfinished ${name}`,
    interval_ms: SWEEP_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await runOnce()
      return 'idle'
    },
  })

  return {
    runOnce,
    async start() {
      loop.start()
    },
    async stop() {
      isStopping = true
      await loop.stop()
    },
  }
}
