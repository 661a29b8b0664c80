import { hash } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { DegradeRules } from '../degrade/degrade-rules.ts'
import { createFetchFields } from '../degrade/fetch-fields.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import type { GatewayCounts } from '../telemetry/counts.ts'
import type { CacheLimits, CacheStore } from './cache-store.ts'
import { createFetchFallback, type FetchFallback } from './fetch-fallback.ts'
import { KeptFetches } from './kept-fetches.ts'
import { createResponseCache, type ResponseCache } from './response-cache.ts'

export interface CachingOptions {
  readonly store: CacheStore
  readonly limits: CacheLimits
  readonly degradeRules: DegradeRules
  readonly clock: Clock
  readonly log: Log
}

/** What is kept of the answers of one supergraph: of whole operations, and of calls to its subgraphs. */
export interface Caching {
  readonly responses: ResponseCache
  readonly fallback: FetchFallback
}

export function createCaching(
  supergraph: LoadedSupergraph,
  options: CachingOptions & { readonly counts: GatewayCounts },
): Caching {
  const keeping = { ...options, rules: supergraph, supergraphId: hash('sha256', supergraph.composedSdl, 'base64url') }
  return {
    responses: createResponseCache(keeping),
    fallback: createFetchFallback({
      ...options,
      kept: new KeptFetches(keeping),
      fieldsOf: createFetchFields(supergraph.supergraphSchema),
    }),
  }
}
