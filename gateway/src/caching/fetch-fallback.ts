import type { Clock } from '@carriergraph/shared/clock.ts'
import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { DegradeRules } from '../degrade/degrade-rules.ts'
import { gatewayError } from '../errors/codes.ts'
import { isMasked } from '../errors/present.ts'
import type { CompiledOperation } from '../executor/compile.ts'
import type { ErrorPath } from '../executor/place.ts'
import type { CallSubgraph, PlannedFetch, SubgraphAnswer } from '../executor/run.ts'
import type { RequestContext } from '../request-context.ts'
import { isInvalidCall } from '../subgraphs/caller.ts'
import { isOfTheRequest } from '../subgraphs/failure.ts'
import { countOne, type GatewayCounts } from '../telemetry/counts.ts'
import type { KeptFetch, KeptFetches } from './kept-fetches.ts'

/** An answer from before that stands in for one that could not be had. */
export interface StaleAnswer {
  /** Where in the data, as near as it can be told. */
  readonly path: ErrorPath
  readonly subgraph: string
  readonly age_s: number
  /** Why: the code of the error that would stand here. */
  readonly code: string
}

/** Calls for one request, and which of them were answered from before. */
export interface GuardedCalls {
  readonly call: CallSubgraph
  readonly stale: readonly StaleAnswer[]
}

/** Puts the degrade rules and the last good answers around the calls of a request. */
export type FetchFallback = (
  call: CallSubgraph,
  context: RequestContext,
  operation: Pick<CompiledOperation, 'clientKeys'>,
) => GuardedCalls

export interface FetchFallbackOptions {
  readonly kept: KeptFetches
  readonly degradeRules: DegradeRules
  /** The coordinates of all that a fetch asks for. */
  readonly fieldsOf: (fetch: PlannedFetch) => ReadonlySet<string>
  readonly counts: Pick<GatewayCounts, 'staleAnswers'>
  readonly clock: Clock
  readonly log: Log
}

interface GuardedFetch {
  readonly subgraph: string
  readonly fetch: PlannedFetch
  readonly kept: KeptFetch | undefined
  readonly ask: () => Promise<SubgraphAnswer>
  readonly tell: (stale: StaleAnswer) => void
}

export function createFetchFallback(options: FetchFallbackOptions): FetchFallback {
  const { kept: keptFetches, degradeRules, fieldsOf, counts, clock, log } = options

  /** The last good answer, said to be such; undefined where there is none. */
  async function standIn({ kept, fetch, subgraph, tell }: GuardedFetch, code: string) {
    const found = await kept?.find()
    if (found === undefined) return undefined
    const { answer, age_s } = found
    log.debug({ subgraph, code, age_s }, 'an answer from before stands in')
    countOne(counts.staleAnswers, subgraph)
    // Entities are at a place; root fields have places of their own.
    const keys = fetch.isOfEntities ? [[]] : Object.keys(answer.data ?? {}).map((key) => [key])
    for (const place of fetch.paths) for (const key of keys) tell({ path: [...place, ...key], subgraph, age_s, code })
    return answer
  }

  async function measured({ subgraph, fetch, ask }: GuardedFetch): Promise<SubgraphAnswer> {
    const started_ms = clock().getTime()
    let failed = false
    try {
      const answer = await ask()
      failed = outageIn(answer.errors?.filter((error) => !isInvalidCall(error))) !== undefined
      return answer
    } catch (error) {
      failed = !isOfTheRequest(error)
      throw error
    } finally {
      degradeRules.record(subgraph, () => fieldsOf(fetch), { failed, duration_ms: clock().getTime() - started_ms })
    }
  }

  async function answer(guarded: GuardedFetch): Promise<SubgraphAnswer> {
    const { subgraph, fetch } = guarded
    const rule = degradeRules.acting(subgraph, () => fieldsOf(fetch))
    if (rule !== undefined) {
      const before = await standIn(guarded, 'DEGRADED')
      if (before !== undefined) return before
      if (rule.action === 'SKIP') throw gatewayError('DEGRADED', { extensions: { subgraph, rule: rule.name } })
    }
    const askedAt_ms = clock().getTime()
    try {
      const present = await measured(guarded)
      const outage = outageIn(present.errors)
      if (outage !== undefined) return (await standIn(guarded, outage)) ?? present
      guarded.kept?.keep(present.verbatim?.values() ?? present, askedAt_ms)
      return present
    } catch (error) {
      const code = error instanceof GraphQLError ? error.extensions.code : undefined
      const before = typeof code === 'string' ? await standIn(guarded, code) : undefined
      if (before === undefined) throw error
      return before
    }
  }

  return (call, context, { clientKeys }) => {
    const stale: StaleAnswer[] = []
    const tell = ({ path, ...one }: StaleAnswer): void => {
      stale.push({ path: path.map((key) => clientKeys.get(String(key)) ?? key), ...one })
    }
    return {
      stale,
      call(subgraph, body, fetch) {
        if (fetch.kind === 'mutation') return call(subgraph, body, fetch)
        const kept = keptFetches.of(subgraph, fetch, body, context)
        // Nearly every call: nothing of it is kept, and no rule is about it.
        if (kept === undefined && !degradeRules.concern(subgraph)) return call(subgraph, body, fetch)
        return answer({ subgraph, fetch, kept, tell, ask: () => call(subgraph, body, fetch) })
      },
    }
  }
}

/** The code of an error by which a subgraph says that it is it that fails, and not the request. */
function outageIn(errors: readonly GraphQLFormattedError[] = []): string | undefined {
  for (const error of errors) {
    if (isMasked(error)) return MASKED.code
    if (error.extensions?.code === 'SERVICE_UNAVAILABLE') return 'SERVICE_UNAVAILABLE'
  }
  return undefined
}
