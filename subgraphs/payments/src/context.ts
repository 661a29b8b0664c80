import type { ServiceContext } from '@carriergraph/shared/service/subgraph-service.ts'
import type { PaymentFlow } from './flow/payment-flow.ts'
import type { Loaders } from './loaders.ts'

/** What a request to payments carries. */
export type Context = ServiceContext & { readonly loaders: Loaders; readonly flow: PaymentFlow }
