import type { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import { findUnfinished, tenantsWithUnfinished } from '../db/unfinished-payments.ts'
import type { PaymentFlow } from './payment-flow.ts'
import { sweeperOfUnfinished, type UnfinishedSweeperOptions } from './unfinished-sweeper.ts'

export { UNFINISHED_AGE_MS } from './unfinished-sweeper.ts'

export type SweeperOptions = Pick<UnfinishedSweeperOptions<'pay'>, 'database' | 'clock' | 'log' | 'schedule'> & {
  readonly flow: Pick<PaymentFlow, 'resume'>
}

/** Finishes the payments that a killed process left between their steps. */
export const createSweeper = ({ flow, ...options }: SweeperOptions): LaneWorker =>
  sweeperOfUnfinished({
    ...options,
    name: 'payments',
    unfinished: { tenants: tenantsWithUnfinished, page: findUnfinished },
    resume: flow.resume,
  })
