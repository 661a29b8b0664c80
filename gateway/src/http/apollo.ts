import '../telemetry-off.ts'
import { ApolloGateway, type ServiceMap } from '@apollo/gateway'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { ExecutionResult, ValidationRule } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import { PresentedError } from '../errors/presented-error.ts'
import type { OperationRequest } from '../live/operations.ts'
import type { RequestContext } from '../request-context.ts'
import { authorizePlugin } from './authorize-plugin.ts'

export interface ApolloOptions {
  /** Without authorisation specs, see `LoadedSupergraph.sdl`. */
  readonly sdl: string
  readonly dataSources: ServiceMap
  readonly authorizer: Authorizer
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
  /** Whether clients may ask for the schema, and are told which name they may have meant. */
  readonly introspection: boolean
  readonly format: ErrorFormatter
  readonly log: Log
}

/** Apollo Server in front of Apollo's executor. It phones nobody, and shows no error that is not meant for clients. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const { sdl, dataSources, authorizer, rules, tokens_max, introspection, log } = options
  // Apollo narrates its own start; what goes wrong is still told.
  const logger = log.child({}, { level: 'warn' })
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    buildService: ({ name }) => sourceOf(dataSources, name),
    __exposeQueryPlanExperimental: false,
    logger,
  })
  const server = new ApolloServer<RequestContext>({
    gateway,
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

function sourceOf(dataSources: ServiceMap, name: string): ServiceMap[string] {
  const source = dataSources[name]
  if (source === undefined) throw new Error(`the supergraph names a subgraph ${name} without a client`)
  return source
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
