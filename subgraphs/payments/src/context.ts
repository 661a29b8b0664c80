import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { RequestInfo } from '@carriergraph/shared/server/request-info.ts'
import type { PaymentFlow } from './flow/payment-flow.ts'
import type { Loaders } from './loaders.ts'

/** What a request carries. */
export type Context = RequestInfo & {
  /** The connections of the actor's tenant. */
  readonly db: TenantDb
  readonly loaders: Loaders
  readonly clock: Clock
  readonly flow: PaymentFlow
}
