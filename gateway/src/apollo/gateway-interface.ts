import type { ApolloServerOptions } from '@apollo/server'
import { correlationId, withCorrelation } from '@carriergraph/shared/correlation.ts'
import { type GraphQLFormattedError, type OperationDefinitionNode, print } from 'graphql'
import type { Core, CoreOptions } from '../core.ts'
import { operationNotFound } from '../errors/operation-not-found.ts'
import { PresentedError } from '../errors/presented-error.ts'
import { extensionsOf } from '../graph/answer.ts'
import type { RequestContext } from '../request-context.ts'
import { correlationIdOf, notesRequests } from './request-of-error.ts'

type GatewayInterface = NonNullable<ApolloServerOptions<RequestContext>['gateway']>
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
          const { documents, answer } = core.graph()
          // Refuses what is not trusted, where it has to be.
          core.resolveDocument({ query: request.query ?? print(document) })
          // Apollo Server's types promise an operation; it asks for those that it did not find as well.
          const asked: OperationDefinitionNode | undefined = operation
          if (asked === undefined) return { errors: [operationNotFound()] }
          const known = documents.know(document, asked)
          // Apollo Server's types know our context as its own base type.
          const own = context as unknown as RequestContext
          const answered = await withCorrelation(own.correlationId, () => answer(known, request.variables ?? {}, own))
          const { data, errors } = answered
          const extensions = extensionsOf(answered)
          const told = errors.length > 0 && { errors: errors.map((error) => new PresentedError(error)) }
          return { ...(data !== undefined && { data: JSON.parse(data) }), ...told, ...(extensions && { extensions }) }
        },
      }
    },
    async stop() {
      unlisten?.()
      await core.close()
    },
  }
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
    parseOptions: { maxTokens: limits.tokens_max },
    formatError: (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
      // What the core has presented goes out as it is.
      error instanceof PresentedError
        ? error.toJSON()
        : withCorrelation(correlationIdOf(error) ?? correlationId(), () => core.format(formatted, error)),
  } satisfies ApolloServerOptions<RequestContext>
}
