import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { findUnfinished, type UnfinishedPayment } from '../db/unfinished-payments.ts'
import type { PaymentFlow } from './payment-flow.ts'

/** A payment that has waited for so long was left by a process that died: no deadline of a living one is near it. */
export const UNFINISHED_AGE_MS = 30_000
export const SWEEP_INTERVAL_MS = 15_000
/** Payments read at once; a sweep goes on until there are none. */
const SWEEP_PAGE = 100

export type SweeperOptions = {
  readonly database: Database
  readonly flow: Pick<PaymentFlow, 'resume'>
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
}

export type Sweeper = {
  start(): Promise<void>
  stop(): Promise<void>
  /** Drives what was left between its steps to its end. Resolves with how many payments that were. */
  runOnce(): Promise<number>
}

/**
 * Finishes the payments that a killed process left between their steps, for the client that never asks again. Two sweepers on
 * the same payment do no harm: it settles once.
 */
export function createSweeper({ database, flow, clock, log, schedule }: SweeperOptions): Sweeper {
  let isStopping = false

  async function resume({ tenantId: tenant, id }: UnfinishedPayment): Promise<boolean> {
    try {
      const payment = await flow.resume({ tenant, db: database.forTenant(tenant) }, id)
      log.info({ paymentId: id, tenant, status: payment.status }, 'finished a payment that was left between its steps')
      return true
    } catch (error) {
      // The others must not wait for this one; it is tried again with the next sweep.
      log.error({ err: error, paymentId: id, tenant }, 'could not finish a payment')
      return false
    }
  }

  async function runOnce(): Promise<number> {
    const now = clock()
    const before = new Date(now.getTime() - UNFINISHED_AGE_MS)
    let finished = 0
    for (let after: UnfinishedPayment | undefined; ; ) {
      const page = await findUnfinished(database.system, { before, now, after, limit: SWEEP_PAGE })
      for (const unfinished of page) {
        if (isStopping) return finished
        if (await withCorrelation(undefined, () => resume(unfinished))) finished += 1
      }
      after = page.at(-1)
      if (page.length < SWEEP_PAGE) return finished
    }
  }

  const loop = new PollingLoop({
    name: 'sweeper of unfinished payments',
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
