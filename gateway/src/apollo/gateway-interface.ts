import type { ApolloServerOptions } from '@apollo/server'
import { correlationId, withCorrelation } from '@carriergraph/shared/correlation.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import type { DocumentNode, GraphQLFormattedError, OperationDefinitionNode } from 'graphql'
import type { Core, CoreOptions } from '../core.ts'
import { operationNotFound } from '../errors/operation-not-found.ts'
import { extensionsOf, type GraphAnswer } from '../graph/answer.ts'
import type { DocumentReference } from '../persisted/automatic.ts'
import type { RequestContext } from '../request-context.ts'
import { httpOf, isUncodedRefusal } from './http-of-error.ts'
import { PresentedError } from './presented-error.ts'
import { correlationIdOf, notesRequests } from './request-of-error.ts'

type GatewayInterface = NonNullable<ApolloServerOptions<RequestContext>['gateway']>
type GatewayExecutor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>
type GatewayResult = Awaited<ReturnType<GatewayExecutor>>
type KeyValueCache = NonNullable<
  Exclude<ApolloServerOptions<RequestContext>['persistedQueries'], false | undefined>['cache']
>
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]

/**
 * The core as Apollo Server takes a gateway, for those who want its plugins in front. Queries and mutations are answered
 * as our own server answers them, limits and authorisation included. Live streams, and what else is HTTP, stay with our own.
 */
function gatewayInterface(core: Core): GatewayInterface {
  const listeners = new Set<SchemaListener>()
  let unlisten: (() => void) | undefined

  const tell = (listener: SchemaListener): void => {
    const { apiSchema, sdl } = core.graph().supergraph
    listener({ apiSchema, coreSupergraphSdl: sdl })
  }

  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async load() {
      unlisten ??= core.onServed(() => listeners.forEach(tell))
      listeners.forEach(tell)
      return {
        async executor({ document, operation, request, context }) {
          // Apollo Server's types know our context as its own base type.
          const own = context as unknown as RequestContext
          return withCorrelation(own.correlationId, async () =>
            resultOf(await answered(core, { document, operation, ...request }, own)),
          )
        },
      }
    },
    async stop() {
      unlisten?.()
      await core.close()
    },
  }
}

interface ParsedRequest extends DocumentReference {
  readonly document: DocumentNode
  /** Apollo Server's types promise one; it asks for those that it did not find as well. */
  readonly operation: OperationDefinitionNode | undefined
  readonly variables?: Readonly<Record<string, unknown>>
}

async function answered(core: Core, request: ParsedRequest, context: RequestContext): Promise<GraphAnswer> {
  const { document, operation, query, extensions, variables = {} } = request
  const { documents, answer } = core.graph()
  try {
    // What came as a hash alone was found among those that may run.
    if (query !== undefined) core.resolveDocument({ query, extensions })
    if (operation === undefined) throw operationNotFound()
    return await answer(documents.know(document, operation), variables, context)
  } catch (error) {
    return { data: undefined, errors: [core.format(asGraphQLError(error).toJSON(), error)] }
  }
}

function resultOf(answer: GraphAnswer): GatewayResult {
  const { data, errors } = answer
  const http = data === undefined ? httpOf(errors) : undefined
  const extensions = extensionsOf(answer)
  return {
    ...(data !== undefined && { data: JSON.parse(data) }),
    ...(errors.length > 0 && { errors: errors.map((error) => new PresentedError(error, http)) }),
    ...(extensions && { extensions }),
  }
}

/** Registered documents, and those that clients taught us, as Apollo Server looks for them. */
const persistedQueriesOf = (core: Core): KeyValueCache => ({
  async get(key) {
    const persistedQuery = { version: 1, sha256Hash: key.slice(key.lastIndexOf(':') + 1) }
    try {
      return core.resolveDocument({ extensions: { persistedQuery } })
    } catch {
      return undefined
    }
  },
  // The core has learnt it by then, where it may.
  async set() {},
  async delete() {},
})

/** What Apollo Server refuses itself is told with a code of ours where it has none. */
function presented(core: Core, formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  // What the core has presented goes out as it is.
  if (error instanceof PresentedError) return error.toJSON()
  const told = isUncodedRefusal(error)
    ? { ...formatted, extensions: { ...formatted.extensions, code: 'BAD_REQUEST' } }
    : formatted
  return withCorrelation(correlationIdOf(error) ?? correlationId(), () => core.format(told, error))
}

/**
 * What Apollo Server has to be told so that it answers as our own server does: its gateway, and what it does itself with
 * a document that does not parse or validate.
 */
export function apolloServerOptions(
  core: Core,
  { limits, introspection }: Pick<CoreOptions, 'limits' | 'introspection'>,
) {
  return {
    gateway: gatewayInterface(core),
    // Whoever has plugins adds them to these.
    plugins: [notesRequests],
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    persistedQueries: { cache: persistedQueriesOf(core) },
    parseOptions: { maxTokens: limits.tokens_max },
    formatError: (formatted: GraphQLFormattedError, error: unknown) => presented(core, formatted, error),
  } satisfies ApolloServerOptions<RequestContext>
}
