import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'
import type { ErrorFormatter } from '../edge-errors.ts'
import type { Log } from '../log.ts'
import type { RequestContext } from './request-info.ts'

/** Apollo Server as an executor alone: it reports to nobody, serves no page, and leaves signals and sockets to us. */
export function createApollo<Context extends RequestContext>(
  schema: GraphQLSchema,
  format: ErrorFormatter,
  log: Log,
  plugins: readonly ApolloServerPlugin[] = [],
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    formatError: format,
    logger: log,
    // Only signed callers get here, and they have the SDL anyway.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // A browser cannot sign a request.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    plugins: [
      ...plugins,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  })
}
