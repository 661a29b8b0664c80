import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { TokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { type ClientAddress, PEER_ADDRESS } from './admission/client-address.ts'
import { type Gate, OPEN_GATE } from './admission/gate.ts'
import type { CacheStore } from './caching/cache-store.ts'
import { createMemoryStore } from './caching/memory-store.ts'
import { DegradeRules } from './degrade/degrade-rules.ts'
import { createErrorPresenter } from './errors/present.ts'
import { createGraph, type Graph } from './graph/graph.ts'
import { plannedLately, warmUp } from './graph/warm-up.ts'
import { introspectionSizeRule } from './limits/introspection-size.ts'
import type { GatewayLimits } from './limits/limits.ts'
import { operationSizeRule } from './limits/operation-size.ts'
import type { ResolveDocument } from './persisted/automatic.ts'
import { ANY_DOCUMENT, createDocumentResolver, type PersistedDocuments } from './persisted/resolve.ts'
import { type PlanningLoad, totalLoad } from './planner/planning-threads.ts'
import { createWorkerPlanner, type WorkerPlanner } from './planner/worker-planner.ts'
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
  readonly tokens: TokenVerifier
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
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
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

/** How long a new graph may be kept back for what is planned ahead: some thousand operations take a few seconds. */
const WARM_UP_MS_MAX = 30_000
/** How long a graph that was replaced may go on with what it had begun. */
const RETIRE_MS_MAX = 30_000

interface Served {
  readonly graph: Graph
  readonly planner: WorkerPlanner
}

export function createCore(options: CoreOptions): Core {
  const { limits, introspection, clock, log } = options
  const { gate = OPEN_GATE, clientAddress = PEER_ADDRESS } = options
  const sign = createSigner(options.signingKeys, options.clock)
  const connections = new SubgraphConnections({ ...options, observer: options.telemetry?.subgraphs, sign })
  const format = createErrorPresenter(log)
  const forwardedNames = options.subgraphHeaders ?? DEFAULT_SUBGRAPH_HEADERS
  const degradeRules = new DegradeRules(clock, log)
  const store = options.cacheStore ?? createMemoryStore({ bytes_max: limits.cache.memory_bytes_max, clock })
  const counts = createCounts()
  const listeners = new Set<(graph: Graph) => void>()
  const planners = new Set<WorkerPlanner>()

  const served = (supergraph: LoadedSupergraph): Served => {
    const urls = [...supergraph.subgraphUrls].map(
      ([name, url]) => [name, options.subgraphUrls.get(name) ?? [url]] as const,
    )
    // The planner last of what may fail: its threads would stay.
    const subgraphs = connections.connect(new Map(urls))
    const { planned } = options.telemetry ?? {}
    const planner = createWorkerPlanner({ ...options, planned, supergraph, limits: limits.planner })
    planners.add(planner)
    const graph = createGraph({
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
      telemetry: options.telemetry,
      counts,
    })
    return { graph, planner }
  }

  async function replace(supergraph: LoadedSupergraph): Promise<void> {
    const next = served(supergraph)
    // What is left when the time is up is planned behind the operations of clients.
    await within(warmUp(next.graph, plannedLately(current.graph), log), WARM_UP_MS_MAX)
    const retired = current
    current = next
    for (const listener of listeners) listener(next.graph)
    // An operation asks several subgraphs one after the other, each within the deadline.
    await retired.graph.idle(RETIRE_MS_MAX)
    planners.delete(retired.planner)
    await retired.planner.close()
    if (current === next) connections.release(next.graph.subgraphs)
  }

  let current = served(options.supergraph)
  let registered = options.persisted ?? ANY_DOCUMENT
  // One after the other: the supergraph that was handed in last is the one that is served in the end.
  let replacing: Promise<void> = Promise.resolve()
  return {
    graph: () => current.graph,
    authenticate: authenticatorOf(options.tokens, log),
    format,
    resolveDocument: createDocumentResolver(() => registered, counts.documents),
    gate,
    clientAddress,
    readHeaders: createHeaderReader(forwardedNames),
    readTrace: createTraceReader(options.telemetry?.isTracing ?? false),
    forwardedNames,
    serve(supergraph) {
      const replaced = replacing.then(() => replace(supergraph))
      // One that cannot be served must not keep out the next.
      replacing = replaced.catch(() => undefined)
      return replaced
    },
    warmUp: (queries) => warmUp(current.graph, queries, log),
    register(documents) {
      const known = new Set(registered.trusted.all())
      registered = documents
      const added = documents.trusted.all().filter((document) => !known.has(document))
      void warmUp(current.graph, added, log)
    },
    onServed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    degradeRules,
    counts,
    planning: () => totalLoad([...planners].map((planner) => planner.load())),
    cacheFailures: () => store.failures,
    purgeCache: () => store.purge(),
    async close() {
      gate.close()
      await Promise.all([...planners].map((planner) => planner.close()))
      connections.release(undefined)
      await store.close()
    },
  }
}

/** An issuer whose keys cannot be fetched signs nobody in, and only the log can say why. */
const authenticatorOf =
  (tokens: TokenVerifier, log: Log) =>
  async (authorization: string | undefined): Promise<Actor> => {
    try {
      return await tokens.verify(authorization)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'SERVICE_UNAVAILABLE')
        log.warn({ err: error.cause }, 'tokens cannot be verified')
      throw error
    }
  }
