import type { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import { findUnfinishedRemittances, tenantsWithUnfinishedRemittances } from '../db/remittances.ts'
import { sweeperOfUnfinished, type UnfinishedSweeperOptions } from '../flow/unfinished-sweeper.ts'
import type { RemittanceFlow } from './remittance-flow.ts'

export type RemittanceSweeperOptions = Pick<
  UnfinishedSweeperOptions<'rem'>,
  'database' | 'clock' | 'log' | 'schedule'
> & { readonly flow: Pick<RemittanceFlow, 'resume'> }

/** Goes on with remittances that a killed process left, that risk did not answer about, or that the ledger refused for a time. */
export const createRemittanceSweeper = ({ flow, ...options }: RemittanceSweeperOptions): LaneWorker =>
  sweeperOfUnfinished({
    ...options,
    name: 'remittances',
    unfinished: { tenants: tenantsWithUnfinishedRemittances, page: findUnfinishedRemittances },
    resume: flow.resume,
  })
