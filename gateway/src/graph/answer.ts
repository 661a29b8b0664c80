import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { GraphQLError, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import type { QuotaState } from '../admission/quotas.ts'
import type { Caching } from '../caching/caching.ts'
import type { StaleAnswer } from '../caching/fetch-fallback.ts'
import type { Freshness } from '../caching/response-cache.ts'
import { gatewayError } from '../errors/codes.ts'
import type { Executor } from '../executor/executor.ts'
import type { RequestContext } from '../request-context.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { GatewayCounts } from '../telemetry/counts.ts'
import type { Admit } from './admit.ts'
import type { KnownOperation } from './documents.ts'
import { withRefusedLiterals } from './refused-literals.ts'

/** What a client is answered. */
export interface GraphAnswer {
  /** JSON of `data`; undefined when the operation was refused as a whole and no subgraph heard of it. */
  readonly data: string | undefined
  /** As the client shall see them: nothing is left in them that only the log may have. */
  readonly errors: readonly GraphQLFormattedError[]
  /** What the operation may cost at the most; undefined where it was refused before that was known. */
  readonly cost?: number | undefined
  /** What is left of its user's quotas, where they are counted. */
  readonly quotas?: readonly QuotaState[] | undefined
  /** What of it is from before, because it could not be had now. */
  readonly stale?: readonly StaleAnswer[]
  /** Undefined where it may not be kept. */
  readonly freshness?: Freshness
}

/** Answers a query or a mutation; `variables` are as the client sent them. */
export type Answer = (
  known: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => Promise<GraphAnswer>

export interface AnswerOptions {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
  readonly admit: Admit
  readonly executor: Executor
  readonly callerOf: CallerOf
  readonly caching: Caching
  readonly format: ErrorFormatter
  readonly counts: Pick<GatewayCounts, 'plans' | 'answers'>
}

/** The one way of every query and mutation: admitted, planned, executed, in this order. */
export function createAnswer({ apiSchema, admit, executor, callerOf, caching, format, counts }: AnswerOptions): Answer {
  const refused = (errors: readonly GraphQLError[], told?: Pick<GraphAnswer, 'cost' | 'quotas'>): GraphAnswer => ({
    data: undefined,
    errors: errors.map((error) => format(error.toJSON(), error)),
    ...told,
  })

  return async (known, variables, context) => {
    const { document, operation, faults } = known
    if (faults.length === 0 && operation.operation === 'subscription') return refused([gatewayError('SOCKET_REQUIRED')])
    const { refusals, coerced, cost, quotas } = await admit(known, variables, context)
    if (refusals.length > 0 || coerced === undefined) return refused(refusals, { cost, quotas })
    counts.plans[executor.has(operation) ? 'hit' : 'miss'] += 1
    const compiled = await executor.compile(document, operation)
    const execute = async (): Promise<GraphAnswer> => {
      const { call, stale } = caching.fallback(callerOf(context), context, compiled)
      const { data, errors, way } = await compiled.execute({ variables, coerced, call })
      counts.answers[way] += 1
      const told = withRefusedLiterals(errors, document, apiSchema)
      return { data, errors: told.map((error) => format(error, error)), ...(stale.length > 0 && { stale }) }
    }
    const cacheable = caching.responses.cacheable(known, compiled)
    const answer = await (cacheable === undefined ? execute() : cacheable.answer(coerced, context, execute))
    return { ...answer, cost, quotas }
  }
}

/** The body of an answer. Errors stand first, where a person who reads it sees them. */
export function textOf(answer: GraphAnswer): string {
  const { data, errors } = answer
  const extensions = extensionsOf(answer)
  const end = extensions === undefined ? '}' : `,"extensions":${JSON.stringify(extensions)}}`
  if (errors.length === 0) return `{"data":${data}${end}`
  const told = `{"errors":${JSON.stringify(errors)}`
  return data === undefined ? told + end : `${told},"data":${data}${end}`
}

/** What clients are told beside data and errors. */
export const extensionsOf = ({ stale }: GraphAnswer): { readonly stale: readonly StaleAnswer[] } | undefined =>
  stale && { stale }
