import type { ApolloServerOptions } from '@apollo/server'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import { type GraphQLFormattedError, print } from 'graphql'
import type { Core, CoreOptions } from '../core.ts'
import { PresentedError } from '../errors/presented-error.ts'
import { extensionsOf } from '../graph/answer.ts'
import type { RequestContext } from '../request-context.ts'

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
          const known = documents.know(document, operation)
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
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.tokens_max },
    formatError: (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
      // What the core has presented goes out as it is.
      error instanceof PresentedError ? error.toJSON() : core.format(formatted, error),
  } satisfies ApolloServerOptions<RequestContext>
}
