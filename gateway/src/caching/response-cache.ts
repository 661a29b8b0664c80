import { hash } from 'node:crypto'
import type { PlanNode } from '@apollo/query-planner'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { print } from 'graphql'
import type { CompiledOperation } from '../executor/compile.ts'
import { fetchesOf } from '../executor/fetches-of.ts'
import { fragmentsOf } from '../executor/root-fields.ts'
import type { GraphAnswer } from '../graph/answer.ts'
import type { KnownOperation } from '../graph/documents.ts'
import type { RequestContext } from '../request-context.ts'
import type { GatewayCounts } from '../telemetry/counts.ts'
import { cacheKey } from './cache-key.ts'
import { type Audience, type CachePolicy, strictest } from './cache-policy.ts'
import type { CacheEntry, CacheLimits, CacheStore } from './cache-store.ts'
import { type CachingRules, compileFetchPolicy } from './fetch-policy.ts'
import { compileLacksObject, type LacksObject } from './lacks-object.ts'
import { requestDirectives } from './request-directives.ts'

export interface ResponseCacheOptions {
  readonly rules: CachingRules
  /** Says which supergraph it is: its answers are no other's. */
  readonly supergraphId: string
  readonly store: CacheStore
  readonly limits: CacheLimits
  readonly clock: Clock
  readonly counts: Pick<GatewayCounts, 'responses'>
}

/** For how long an answer may be used, for whom, and how old it is already. */
export interface Freshness {
  readonly maxAge_s: number
  readonly age_s: number
  readonly audience: Audience
}

/** An operation whose answers may be kept. */
export interface CacheableOperation {
  /** A kept answer, or that of `execute`, which then is kept. Whoever asks the same meanwhile waits for one answer. */
  answer(
    coerced: Readonly<Record<string, unknown>>,
    context: RequestContext,
    execute: () => Promise<GraphAnswer>,
  ): Promise<GraphAnswer>
}

/** Keeps whole answers of queries for as long as all of their parts may be kept. */
export interface ResponseCache {
  /** Undefined where some part of the operation may not be kept. Decided once for each operation. */
  cacheable(known: KnownOperation, compiled: CompiledOperation): CacheableOperation | undefined
}

export function createResponseCache(options: ResponseCacheOptions): ResponseCache {
  const known = new WeakMap<CompiledOperation, { readonly cacheable: CacheableOperation | undefined }>()
  return {
    cacheable(operation, compiled) {
      const decided = known.get(compiled)
      if (decided !== undefined) return decided.cacheable
      const policy = policyOf(options.rules, operation, compiled.plan)
      const cacheable = policy && new CachedResponses(options, operation, policy)
      known.set(compiled, { cacheable })
      return cacheable
    },
  }
}

/** That of all subgraph calls together: what a client asked for is no more than what they are asked for. */
function policyOf(rules: CachingRules, { operation }: KnownOperation, plan: PlanNode | undefined) {
  if (operation.operation !== 'query' || plan === undefined || rules.hints.isEmpty) return undefined
  let whole: CachePolicy | undefined
  for (const fetch of fetchesOf(plan)) {
    const { operation: text, requires } = fetch
    const policy = compileFetchPolicy(rules, { kind: 'query', operation: text, isOfEntities: requires !== undefined })
    if (policy === undefined) return undefined
    whole = whole === undefined ? policy : strictest(whole, policy)
  }
  return whole
}

class CachedResponses implements CacheableOperation {
  readonly #options: ResponseCacheOptions
  readonly #policy: CachePolicy
  /** Which operation of which supergraph. */
  readonly #id: string
  readonly #lacksObject: LacksObject
  /** By epoch of the store and key, as a purge ends what is shared; undefined is resolved where the answer is none to share. */
  readonly #underWay = new Map<string, Promise<CacheEntry | undefined>>()

  constructor(
    options: ResponseCacheOptions,
    { document, operation, operationName }: KnownOperation,
    policy: CachePolicy,
  ) {
    this.#options = options
    this.#policy = policy
    this.#id = hash('sha256', JSON.stringify([options.supergraphId, print(document), operationName]), 'base64url')
    this.#lacksObject = compileLacksObject(operation.selectionSet, fragmentsOf(document.definitions))
  }

  async answer(
    coerced: Readonly<Record<string, unknown>>,
    context: RequestContext,
    execute: () => Promise<GraphAnswer>,
  ): Promise<GraphAnswer> {
    const { noStore, maxAge_s } = requestDirectives(context.cacheControl)
    const { responses } = this.#options.counts
    if (noStore || maxAge_s === 0) responses.bypassed += 1
    if (noStore) return execute()
    const key = cacheKey([this.#id, coerced], this.#policy.audience, context)
    if (maxAge_s === 0) return this.#ask(key, execute)
    const kept = await this.#options.store.get(key)
    if (kept !== undefined && this.#age_s(kept) < Math.min(kept.maxAge_s, maxAge_s)) {
      responses.hit += 1
      return this.#answerOf(kept)
    }
    // Nothing may be waited for between looking for an answer under way and being the one who asks.
    const underWay = this.#underWay.get(`${this.#options.store.epoch} ${key}`)
    const shared = underWay && (await underWay)
    responses[shared === undefined ? 'miss' : 'shared'] += 1
    if (shared !== undefined) return this.#answerOf(shared)
    return this.#ask(key, execute)
  }

  async #ask(key: string, execute: () => Promise<GraphAnswer>): Promise<GraphAnswer> {
    const { store, clock } = this.#options
    const { epoch } = store
    const question = `${epoch} ${key}`
    const { promise, resolve } = Promise.withResolvers<CacheEntry | undefined>()
    const isFirst = !this.#underWay.has(question)
    if (isFirst) this.#underWay.set(question, promise)
    const askedAt_ms = clock().getTime()
    let entry: CacheEntry | undefined
    try {
      const answer = await execute()
      entry = this.#entryOf(answer, askedAt_ms)
      if (entry === undefined) return answer
      store.set(key, entry, entry.maxAge_s, epoch)
      return this.#answerOf(entry)
    } finally {
      if (isFirst) this.#underWay.delete(question)
      resolve(entry)
    }
  }

  /** Errors, and what stood in because of one, are for those alone who asked at that moment. */
  #entryOf({ data, errors, stale }: GraphAnswer, askedAt_ms: number): CacheEntry | undefined {
    const { entry_length_max, negative_s_max } = this.#options.limits
    if (data === undefined || errors.length > 0 || stale !== undefined || data.length > entry_length_max)
      return undefined
    const maxAge_s = this.#lacksObject(JSON.parse(data))
      ? Math.min(this.#policy.maxAge_s, negative_s_max)
      : this.#policy.maxAge_s
    return { askedAt_ms, maxAge_s, text: data }
  }

  #answerOf(entry: CacheEntry): GraphAnswer {
    const { audience } = this.#policy
    return {
      data: entry.text,
      errors: [],
      freshness: { maxAge_s: entry.maxAge_s, age_s: Math.floor(this.#age_s(entry)), audience },
    }
  }

  #age_s({ askedAt_ms }: CacheEntry): number {
    return Math.max(0, this.#options.clock().getTime() - askedAt_ms) / 1000
  }
}
