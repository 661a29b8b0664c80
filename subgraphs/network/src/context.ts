import type { ServiceContext } from '@carriergraph/shared/service/subgraph-service.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What a request to the network carries. */
export type Context = ServiceContext & { readonly loaders: Loaders }

export const contextOf = (base: ServiceContext): Context => ({ ...base, loaders: createLoaders(base.db) })
