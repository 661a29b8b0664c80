import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import { type GraphQLError, type GraphQLFormattedError, type GraphQLSchema, getVariableValues } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import { gatewayError, withCode } from '../errors/codes.ts'
import type { Executor } from '../executor/executor.ts'
import type { RequestContext } from '../request-context.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { KnownOperation } from './documents.ts'

/** What a client is answered. */
export interface GraphAnswer {
  /** JSON of `data`; undefined when the operation was refused as a whole and no subgraph heard of it. */
  readonly data: string | undefined
  /** As the client shall see them: nothing is left in them that only the log may have. */
  readonly errors: readonly GraphQLFormattedError[]
}

/** Answers a query or a mutation; `variables` are as the client sent them. */
export type Answer = (
  known: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => Promise<GraphAnswer>

export interface AnswerOptions {
  readonly apiSchema: GraphQLSchema
  readonly authorizer: Authorizer
  readonly executor: Executor
  readonly callerOf: CallerOf
  readonly format: ErrorFormatter
}

/** The one way of every query and mutation: valid, its variables fit, its actor may, planned, executed, in this order. */
export function createAnswer({ apiSchema, authorizer, executor, callerOf, format }: AnswerOptions): Answer {
  const refused = (errors: readonly GraphQLError[]): GraphAnswer => ({
    data: undefined,
    errors: errors.map((error) => format(error.toJSON(), error)),
  })

  return async ({ document, operation, faults }, variables, context) => {
    if (faults.length > 0) return refused(faults)
    if (operation.operation === 'subscription') return refused([gatewayError('SOCKET_REQUIRED')])
    const { coerced, errors } = getVariableValues(apiSchema, operation.variableDefinitions ?? [], { ...variables })
    if (coerced === undefined) return refused(errors.map((error) => withCode(error, 'BAD_USER_INPUT')))
    const refusals = authorizer.refusals(document, operation, coerced, context.actor)
    if (refusals.length > 0) return refused(refusals)
    const compiled = await executor.compile(document, operation)
    const answer = await compiled.execute({ variables, coerced, call: callerOf(context) })
    return { data: answer.data, errors: answer.errors.map((error) => format(error, error)) }
  }
}

/** The body of an answer. Errors stand first, where a person who reads it sees them. */
export function textOf({ data, errors }: GraphAnswer): string {
  if (errors.length === 0) return `{"data":${data}}`
  const told = `{"errors":${JSON.stringify(errors)}`
  return data === undefined ? `${told}}` : `${told},"data":${data}}`
}
