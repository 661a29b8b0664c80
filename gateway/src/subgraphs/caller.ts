import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import { SIGNATURE_REFUSALS } from '@carriergraph/shared/signature/verify.ts'
import type { GraphQLFormattedError } from 'graphql'
import type { CallSubgraph } from '../executor/run.ts'
import type { RequestContext } from '../request-context.ts'
import type { SubgraphClient } from './client.ts'

/**
 * Codes by which a subgraph says that the gateway is wrongly set up: with a supergraph that does not fit it, or keys
 * that it does not hold. To the client, whose operation was fine, that is an internal error.
 */
const GATEWAY_FAULTS: ReadonlySet<unknown> = new Set([
  ...Object.keys(SIGNATURE_REFUSALS),
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
])

/**
 * Whether a call was not valid to its subgraph, which says nothing of how that does. A client can bring it about: whether
 * a literal of a custom scalar is valid, only the subgraph knows.
 */
export const isInvalidCall = ({ extensions }: GraphQLFormattedError): boolean =>
  extensions?.refusedAs === 'GRAPHQL_VALIDATION_FAILED'

/** Lets the executor call subgraphs for one request. */
export type CallerOf = (context: RequestContext) => CallSubgraph

export function createCaller(clients: readonly Pick<SubgraphClient, 'name' | 'execute'>[]): CallerOf {
  const byName = new Map(clients.map((client) => [client.name, client]))
  return (context) =>
    async (subgraph, body, { kind, read }) => {
      const client = byName.get(subgraph)
      if (client === undefined) throw new Error(`the plan names an unknown subgraph ${subgraph}`)
      const answer = await client.execute({ kind, body, read }, context)
      if (answer.errors === undefined) return answer
      return { data: answer.data, errors: answer.errors.map(withoutFaults) }
    }
}

function withoutFaults(error: GraphQLFormattedError): GraphQLFormattedError {
  const refusedAs = error.extensions?.code
  if (!GATEWAY_FAULTS.has(refusedAs)) return error
  return { ...error, extensions: { ...error.extensions, code: MASKED.code, refusedAs } }
}
