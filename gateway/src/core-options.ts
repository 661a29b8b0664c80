import { callerFromClaims } from '@carriergraph/shared/auth/caller.ts'
import { createTokenVerifier, TOKEN_ALGORITHMS } from '@carriergraph/shared/auth/verify.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { clientAddressBehind } from './admission/client-address.ts'
import { openGate } from './admission/open-gate.ts'
import { createRedisStore } from './caching/redis-store.ts'
import type { GatewayConfig } from './config.ts'
import type { CoreOptions } from './core.ts'
import { type LoadedDocuments, loadPersistedDocuments } from './persisted/load.ts'
import { loadSupergraphFile } from './supergraph/load.ts'

/** How far the issuer's clock may differ from ours. */
export const TOKEN_LEEWAY_S = 5

export interface ConfiguredCore extends CoreOptions {
  readonly persisted: LoadedDocuments
}

/** What the core needs, as the environment has it. Throws when the supergraph cannot be read. */
export async function coreOptionsFrom(config: GatewayConfig, log: Log): Promise<ConfiguredCore> {
  const { subgraphUrls, subgraphHeaders, signingKeys, limits, introspection, redisUrl } = config
  return {
    supergraph: await loadSupergraphFile(config.supergraphFile),
    subgraphUrls,
    subgraphHeaders,
    signingKeys,
    tokens: createTokenVerifier(
      { ...config.identity, algorithms: TOKEN_ALGORITHMS, clock: systemClock, leeway_s: TOKEN_LEEWAY_S, log },
      callerFromClaims,
    ),
    limits,
    persisted: await loadPersistedDocuments(config.persistedDocuments, limits.tokens_max),
    gate: openGate(config.gate, Math.random, log),
    clientAddress: clientAddressBehind(config.trustedProxies),
    introspection,
    clock: systemClock,
    random: Math.random,
    log,
    ...(redisUrl !== undefined && {
      cacheStore: createRedisStore({ url: redisUrl, answer_ms_max: limits.cache.answer_ms_max, log }),
    }),
  }
}
