import '../telemetry-off.ts'
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type ExecutionResult, GraphQLError, type ValidationRule } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import { PresentedError } from '../errors/presented-error.ts'
import type { Executor } from '../executor/executor.ts'
import type { OperationRequest } from '../live/operations.ts'
import type { RequestContext } from '../request-context.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { authorizePlugin } from './authorize-plugin.ts'

export interface ApolloOptions {
  readonly supergraph: LoadedSupergraph
  readonly executor: Executor
  readonly callerOf: CallerOf
  readonly authorizer: Authorizer
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
  /** Whether clients may ask for the schema, and are told which name they may have meant. */
  readonly introspection: boolean
  readonly format: ErrorFormatter
  readonly log: Log
}

/** Apollo Server in front of our executor. It phones nobody, and shows no error that is not meant for clients. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const { authorizer, rules, tokens_max, introspection, log } = options
  // Apollo narrates its own start; what goes wrong is still told.
  const logger = log.child({}, { level: 'warn' })
  const server = new ApolloServer<RequestContext>({
    gateway: gatewayOf(options),
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: tokens_max },
    validationRules: [...rules],
    formatError: options.format,
    plugins: [authorizePlugin(authorizer), ...NOTHING_PHONES_HOME],
    logger,
  })
  await server.start()
  return server
}

const NOTHING_PHONES_HOME: readonly ApolloServerPlugin[] = [
  ApolloServerPluginInlineTraceDisabled(),
  // The landing page would load scripts from Apollo's CDN.
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]

type GatewayInterface = NonNullable<ApolloServerOptions<RequestContext>['gateway']>
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]

/** The executor as Apollo Server takes one. */
function gatewayOf({ supergraph, executor, callerOf }: ApolloOptions): GatewayInterface {
  const listeners = new Set<SchemaListener>()
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async load() {
      for (const listener of listeners) listener({ apiSchema: supergraph.apiSchema, coreSupergraphSdl: supergraph.sdl })
      return {
        async executor({ document, operation, request, context }) {
          const compiled = await executor.compile(document, operation)
          const variables = request.variables ?? {}
          const { coerced, errors } = compiled.coerce(variables)
          if (coerced === undefined) return { errors: errors?.map(badInput) ?? [] }
          const call = callerOf(context as unknown as RequestContext)
          const answer = await compiled.execute({ variables, coerced, call })
          const failures = answer.errors.map(({ message, path, extensions }) => {
            return new GraphQLError(message, { ...(path && { path }), ...(extensions && { extensions }) })
          })
          return { data: JSON.parse(answer.data), ...(failures.length > 0 && { errors: failures }) }
        },
      }
    },
    stop: async () => undefined,
  }
}

function badInput(error: GraphQLError): GraphQLError {
  error.extensions.code ??= 'BAD_USER_INPUT'
  return error
}

/** Runs a query or a mutation that came by another way than HTTP, as if it had come by POST. */
export async function executeThrough(
  server: ApolloServer<RequestContext>,
  { query, operationName, variables }: OperationRequest,
  contextValue: RequestContext,
): Promise<ExecutionResult> {
  const request = { query, variables: { ...variables }, ...(operationName !== undefined && { operationName }) }
  const { body } = await withCorrelation(contextValue.correlationId, () =>
    server.executeOperation(request, { contextValue }),
  )
  if (body.kind !== 'single') throw new Error('an operation was answered in parts, which nothing here asks for')
  const { errors, ...rest } = body.singleResult
  return errors === undefined ? rest : { ...rest, errors: errors.map((error) => new PresentedError(error)) }
}
