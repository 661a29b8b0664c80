import type { RequestInfo } from '@carriergraph/shared/server/request-info.ts'
import type { ServiceContext } from '@carriergraph/shared/service/subgraph-service.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What a request to risk carries. */
export type Context = ServiceContext & Pick<RequestInfo, 'signal'> & { readonly loaders: Loaders }

export const contextOf = (base: ServiceContext, { signal }: RequestInfo): Context => ({
  ...base,
  signal,
  loaders: createLoaders(base.db),
})
