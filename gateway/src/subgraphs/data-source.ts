import type { GraphQLDataSource } from '@apollo/gateway'
import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import { SIGNATURE_REFUSALS } from '@carriergraph/shared/signature/verify.ts'
import { GraphQLError, type GraphQLFormattedError, Kind, parse } from 'graphql'
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

/** Lets Apollo's executor call a subgraph through its client. A call that fails costs its own fields, and says which. */
export function createDataSource(client: SubgraphClient): GraphQLDataSource<RequestContext> {
  return {
    async process(options) {
      const { query = '', operationName, variables } = options.request
      if (options.kind !== 'incoming operation') throw new Error(`nobody asks for ${options.kind}`)
      try {
        const { data, errors } = await client.execute({ query, operationName, variables }, options.context)
        return {
          ...(data !== undefined && { data }),
          ...(errors !== undefined && { errors: errors.map(withoutFaults) }),
        }
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error
        const { message, extensions } = error
        const place = placeOfEntities(options.pathInIncomingRequest ?? [])
        if (place !== undefined) throw new GraphQLError(message, { path: place, extensions })
        return { errors: rootKeys(query).map((key) => ({ message, path: [key], extensions })) }
      }
    },
  }
}

/** Where entities are fetched for, up to the first list: there the executor's path says `@`, which no client knows. */
function placeOfEntities(path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  if (path.length === 0) return undefined
  const firstList = path.indexOf('@')
  return firstList === -1 ? path : path.slice(0, firstList)
}

function rootKeys(query: string): string[] {
  const operation = parse(query, { noLocation: true }).definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  )
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return []
  const fields = operation.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD)
  return [...new Set(fields.map(({ alias, name }) => alias?.value ?? name.value))]
}

function withoutFaults(error: GraphQLFormattedError): GraphQLFormattedError {
  if (!GATEWAY_FAULTS.has(error.extensions?.code)) return error
  return { ...error, extensions: { ...error.extensions, code: MASKED.code } }
}
