import type { Clock } from '@carriergraph/shared/clock.ts'
import { getOperationAST, type OperationDefinitionNode, parse, print, visit } from 'graphql'
import { fragmentsOf } from '../executor/root-fields.ts'
import type { PlannedFetch, SubgraphAnswer } from '../executor/run.ts'
import type { RequestContext } from '../request-context.ts'
import { cacheKey } from './cache-key.ts'
import type { CachePolicy } from './cache-policy.ts'
import type { CacheLimits, CacheStore } from './cache-store.ts'
import { type CachingRules, compileFetchPolicy } from './fetch-policy.ts'
import { compileLacksObject, type LacksObject } from './lacks-object.ts'
import { requestDirectives } from './request-directives.ts'

export interface KeptFetchesOptions {
  readonly rules: CachingRules
  /** Says which supergraph it is: its answers are no other's. */
  readonly supergraphId: string
  readonly store: CacheStore
  readonly limits: CacheLimits
  readonly clock: Clock
}

/** A call to a subgraph whose last good answer may stand in for the next. */
export interface KeptFetch {
  /** The last good answer, unless it is too old to stand in, or the client wants none from before. */
  find(): Promise<{ readonly answer: SubgraphAnswer; readonly age_s: number } | undefined>
  /** `askedAt_ms` since 1970. */
  keep(answer: SubgraphAnswer, askedAt_ms: number): void
}

interface StaleRule {
  readonly policy: CachePolicy
  /** The text that is sent, without its name, which is made from that of the client's operation. */
  readonly operation: string
  readonly lacksObject: LacksObject
}

/** The last good answers of calls to subgraphs, where all that a call asks for has a `staleIfError`. */
export class KeptFetches {
  readonly #options: KeptFetchesOptions
  readonly #rules = new WeakMap<PlannedFetch, StaleRule | 'none'>()

  constructor(options: KeptFetchesOptions) {
    this.#options = options
  }

  /** Undefined where nothing is kept, of the fetch (decided once for each fetch of a plan) or for this client. */
  of(subgraph: string, fetch: PlannedFetch, body: string, context: RequestContext): KeptFetch | undefined {
    const rule = this.#ruleOf(fetch)
    if (rule === 'none') return undefined
    const { noStore, noCache } = requestDirectives(context.cacheControl)
    if (noStore) return undefined
    const { store, limits, clock, supergraphId } = this.#options
    const { epoch } = store
    const { maxAge_s, staleIfError_s, audience } = rule.policy
    const key = cacheKey([supergraphId, subgraph, rule.operation, variablesIn(body)], audience, context)
    const keep_s = maxAge_s + staleIfError_s
    return {
      async find() {
        const entry = noCache ? undefined : await store.get(key)
        return entry && { answer: { data: JSON.parse(entry.text) }, age_s: ageOf_s(entry.askedAt_ms, clock) }
      },
      keep({ data, errors = [] }, askedAt_ms) {
        if (!data || errors.length > 0) return
        const text = JSON.stringify(data)
        if (text.length > limits.entry_length_max) return
        // What is gone must not come back out of an older answer, nor stay away for long after it came into being.
        const isGone = rule.lacksObject(data)
        const kept_s = isGone ? Math.min(keep_s, limits.negative_s_max) : keep_s
        store.set(key, { askedAt_ms, maxAge_s, text }, kept_s, epoch)
      },
    }
  }

  #ruleOf(fetch: PlannedFetch): StaleRule | 'none' {
    const known = this.#rules.get(fetch)
    if (known !== undefined) return known
    const rule = compileStaleRule(this.#options.rules, fetch) ?? 'none'
    this.#rules.set(fetch, rule)
    return rule
  }
}

const ageOf_s = (askedAt_ms: number, clock: Clock): number =>
  Math.max(0, Math.floor((clock().getTime() - askedAt_ms) / 1000))

function compileStaleRule(rules: CachingRules, fetch: PlannedFetch): StaleRule | undefined {
  const policy = compileFetchPolicy(rules, fetch)
  if (policy === undefined || policy.staleIfError_s === 0) return undefined
  const document = parse(fetch.operation, { noLocation: true })
  const operation = getOperationAST(document)
  if (!operation) return undefined
  const lacksObject = compileLacksObject(operation.selectionSet, fragmentsOf(document.definitions))
  return { policy, lacksObject, operation: print(visit(document, { OperationDefinition: withoutName })) }
}

const withoutName = ({ name: _, ...operation }: OperationDefinitionNode): OperationDefinitionNode => operation

/** The end of a request body, from its variables on. Inside the JSON string before it, quotes have a backslash. */
const variablesIn = (body: string): string => body.slice(body.indexOf('"variables":'))
