import { findUnfinished, tenantsWithUnfinished } from '../db/unfinished-payments.ts'
import type { PaymentFlow } from './payment-flow.ts'
import { type Sweeper, sweeperOfUnfinished, type UnfinishedSweeperOptions } from './unfinished-sweeper.ts'

export { UNFINISHED_AGE_MS } from './unfinished-sweeper.ts'

export type SweeperOptions = Pick<UnfinishedSweeperOptions<'pay'>, 'database' | 'clock' | 'log' | 'schedule'> & {
  readonly flow: Pick<PaymentFlow, 'resume'>
}

/** Finishes the payments that a killed process left between their steps. */
export const createSweeper = ({ flow, ...options }: SweeperOptions): Sweeper =>
  sweeperOfUnfinished({
    ...options,
    name: 'payments',
    unfinished: { tenants: tenantsWithUnfinished, page: findUnfinished },
    resume: flow.resume,
  })
