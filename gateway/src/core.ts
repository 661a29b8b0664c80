import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { TokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { type ClientAddress, PEER_ADDRESS } from './admission/client-address.ts'
import { type Gate, OPEN_GATE } from './admission/gate.ts'
import type { CacheStore } from './caching/cache-store.ts'
import { createMemoryStore } from './caching/memory-store.ts'
import { DegradeRules } from './degrade/degrade-rules.ts'
import { createErrorPresenter } from './errors/present.ts'
import { createGraph, type Graph } from './graph/graph.ts'
import { ServedGraph } from './graph/served-graph.ts'
import { warmUp } from './graph/warm-up.ts'
import { introspectionSizeRule } from './limits/introspection-size.ts'
import type { GatewayLimits } from './limits/limits.ts'
import { operationSizeRule } from './limits/operation-size.ts'
import type { ResolveDocument } from './persisted/automatic.ts'
import { ANY_DOCUMENT, createDocumentResolver, type PersistedDocuments } from './persisted/resolve.ts'
import type { PlanningLoad } from './planner/planning-threads.ts'
import { createWorkerPlanner } from './planner/worker-planner.ts'
import { SubgraphConnections } from './subgraphs/connections.ts'
import { createHeaderReader, DEFAULT_SUBGRAPH_HEADERS, type HeaderReader } from './subgraphs/forwarded-headers.ts'
import { createSigner } from './subgraphs/signer.ts'
import { createTraceReader, type TraceReader } from './subgraphs/trace-context.ts'
import type { LoadedSupergraph } from './supergraph/load.ts'
import { createCounts, type GatewayCounts } from './telemetry/counts.ts'
import type { GatewayTelemetry } from './telemetry/gateway-telemetry.ts'

export interface CoreOptions {
  readonly supergraph: LoadedSupergraph
  /** Replaces the URLs that the supergraph gives its subgraphs. */
  readonly subgraphUrls: ReadonlyMap<string, readonly string[]>
  /** Headers of a client's request, in lower case, that subgraphs get beside the token and the correlation id. */
  readonly subgraphHeaders?: readonly string[]
  readonly signingKeys: SigningKeys
  readonly tokens: TokenVerifier<Caller>
  readonly limits: GatewayLimits
  /** Without it no document is known beforehand, and any may run. */
  readonly persisted?: PersistedDocuments
  /** How much work is taken on, and from whom; without it all. */
  readonly gate?: Gate
  /** Where a request comes from; without it, from whoever connects. */
  readonly clientAddress?: ClientAddress
  /** Off in production: then nobody is told what the graph looks like. */
  readonly introspection: boolean
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly telemetry?: GatewayTelemetry | undefined
  /** Where answers are kept; in this process unless given. */
  readonly cacheStore?: CacheStore
}

/** What answers, whichever server stands in front of it. */
export interface Core {
  /** The graph that is served at the moment. Whoever began with one goes on with it. */
  graph(): Graph
  /** Throws a Refusal when the token is not good. */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  readonly format: ErrorFormatter
  /** Finds the document of a request, and refuses what is not trusted where it has to be. */
  readonly resolveDocument: ResolveDocument
  readonly gate: Gate
  readonly clientAddress: ClientAddress
  /** What a context takes from the headers of its request. */
  readonly readHeaders: HeaderReader
  /** The trace that a client's headers name, where the gateway itself records none. */
  readonly readTrace: TraceReader
  /** The names of what it takes. */
  readonly forwardedNames: readonly string[]
  /**
   * Serves another supergraph, as soon as what clients asked for lately is planned for it. Requests and streams that
   * have begun go on with the one before; streams of a subgraph that is in it no more end with an error.
   */
  serve(supergraph: LoadedSupergraph): Promise<void>
  /** Puts other registered documents in force; those that are new are planned ahead. What runs already goes on. */
  register(documents: PersistedDocuments): void
  /** Plans the operations of documents ahead, behind those that clients ask for. */
  warmUp(queries: readonly string[]): Promise<void>
  /** Is told of each graph that is served from then on. The function returned ends that. */
  onServed(listener: (graph: Graph) => void): () => void
  readonly degradeRules: DegradeRules
  /** What happened so far. */
  readonly counts: GatewayCounts
  /** How much there is to plan. */
  planning(): PlanningLoad
  /** Times that the store of answers failed. */
  cacheFailures(): number
  /** Forgets every answer that is kept. */
  readonly purgeCache: () => Promise<void>
  /** Lets go of the subgraphs, the cache, and the planner's threads. */
  close(): Promise<void>
}

export function createCore(options: CoreOptions): Core {
  const { limits, introspection, clock, log, telemetry } = options
  const { gate = OPEN_GATE, clientAddress = PEER_ADDRESS } = options
  const sign = createSigner(options.signingKeys, options.clock)
  const format = createErrorPresenter(log)
  const forwardedNames = options.subgraphHeaders ?? DEFAULT_SUBGRAPH_HEADERS
  const degradeRules = new DegradeRules(clock, log)
  const store = options.cacheStore ?? createMemoryStore({ bytes_max: limits.cache.memory_bytes_max, clock })
  const counts = createCounts()
  const served = new ServedGraph(options.supergraph, {
    subgraphUrls: options.subgraphUrls,
    connections: new SubgraphConnections({ ...options, observer: telemetry?.subgraphs, sign }),
    plannerOf: (supergraph) =>
      createWorkerPlanner({ ...options, planned: telemetry?.planned, supergraph, limits: limits.planner }),
    graphOf: (supergraph, subgraphs, planner) =>
      createGraph({
        supergraph,
        planner,
        subgraphs,
        rules: [operationSizeRule(limits.operation), introspectionSizeRule(limits.introspection)],
        tokens_max: limits.tokens_max,
        limits,
        gate,
        errors_max: limits.errors_max,
        introspection,
        caching: { store, limits: limits.cache, degradeRules, clock, log },
        format,
        telemetry,
        counts,
      }),
    log,
  })
  let registered = options.persisted ?? ANY_DOCUMENT
  return {
    graph: () => served.current,
    authenticate: authenticatorOf(options.tokens, log),
    format,
    resolveDocument: createDocumentResolver(() => registered, counts.documents),
    gate,
    clientAddress,
    readHeaders: createHeaderReader(forwardedNames),
    readTrace: createTraceReader(telemetry?.isTracing ?? false),
    forwardedNames,
    serve: (supergraph) => served.serve(supergraph),
    warmUp: (queries) => warmUp(served.current, queries, log),
    register(documents) {
      const known = new Set(registered.trusted.all())
      registered = documents
      const added = documents.trusted.all().filter((document) => !known.has(document))
      void warmUp(served.current, added, log)
    },
    onServed: (listener) => served.onServed(listener),
    degradeRules,
    counts,
    planning: () => served.planning(),
    cacheFailures: () => store.failures,
    purgeCache() {
      for (const client of served.current.subgraphs.clients) client.forget()
      return store.purge()
    },
    async close() {
      gate.close()
      await served.close()
      await store.close()
    },
  }
}

/** An issuer whose keys cannot be fetched signs nobody in, and only the log can say why. */
const authenticatorOf =
  (tokens: TokenVerifier<Caller>, log: Log) =>
  async (authorization: string | undefined): Promise<Caller> => {
    try {
      return await tokens.verify(authorization)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'SERVICE_UNAVAILABLE')
        log.warn({ err: error.cause }, 'tokens cannot be verified')
      throw error
    }
  }
