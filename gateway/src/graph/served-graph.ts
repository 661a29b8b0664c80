import type { Log } from '@carriergraph/shared/log.ts'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import { type PlanningLoad, totalLoad } from '../planner/planning-threads.ts'
import type { WorkerPlanner } from '../planner/worker-planner.ts'
import type { ConnectedSubgraphs, SubgraphConnections } from '../subgraphs/connections.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import type { Graph } from './graph.ts'
import { plannedLately, warmUp } from './warm-up.ts'

/** How long a new graph may be kept back for what is planned ahead: some thousand operations take a few seconds. */
const WARM_UP_MS_MAX = 30_000
/** How long a graph that was replaced may go on with what it had begun. */
const RETIRE_MS_MAX = 30_000

export interface ServedGraphOptions {
  /** Replaces the URLs that a supergraph gives its subgraphs. */
  readonly subgraphUrls: ReadonlyMap<string, readonly string[]>
  readonly connections: SubgraphConnections
  readonly plannerOf: (supergraph: LoadedSupergraph) => WorkerPlanner
  readonly graphOf: (supergraph: LoadedSupergraph, subgraphs: ConnectedSubgraphs, planner: WorkerPlanner) => Graph
  readonly log: Log
}

interface Served {
  readonly graph: Graph
  readonly planner: WorkerPlanner
}

/** The graph that is served. Another supergraph takes its place without anybody noticing. */
export class ServedGraph {
  readonly #options: ServedGraphOptions
  readonly #listeners = new Set<(graph: Graph) => void>()
  readonly #planners = new Set<WorkerPlanner>()
  #served: Served
  /** One after the other: the supergraph that was handed in last is the one that is served in the end. */
  #replacing: Promise<void> = Promise.resolve()

  constructor(supergraph: LoadedSupergraph, options: ServedGraphOptions) {
    this.#options = options
    this.#served = this.#prepared(supergraph)
  }

  /** Whoever began with one goes on with it. */
  get current(): Graph {
    return this.#served.graph
  }

  /** Serves another supergraph, as soon as what clients asked for lately is planned for it. See `Core.serve`. */
  serve(supergraph: LoadedSupergraph): Promise<void> {
    const replaced = this.#replacing.then(() => this.#replace(supergraph))
    // One that cannot be served must not keep out the next.
    this.#replacing = replaced.catch(() => undefined)
    return replaced
  }

  /** Is told of each graph that is served from then on. The function returned ends that. */
  onServed(listener: (graph: Graph) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** How much there is to plan, for graphs that were replaced as well. */
  planning(): PlanningLoad {
    return totalLoad([...this.#planners].map((planner) => planner.load()))
  }

  /** Lets go of the planners' threads, then of the subgraphs. */
  async close(): Promise<void> {
    await Promise.all([...this.#planners].map((planner) => planner.close()))
    this.#options.connections.release(undefined)
  }

  #prepared(supergraph: LoadedSupergraph): Served {
    const { subgraphUrls, connections, plannerOf, graphOf } = this.#options
    const urls = [...supergraph.subgraphUrls].map(([name, url]) => [name, subgraphUrls.get(name) ?? [url]] as const)
    // The planner last of what may fail: its threads would stay.
    const subgraphs = connections.connect(new Map(urls))
    const planner = plannerOf(supergraph)
    this.#planners.add(planner)
    return { graph: graphOf(supergraph, subgraphs, planner), planner }
  }

  async #replace(supergraph: LoadedSupergraph): Promise<void> {
    const { connections, log } = this.#options
    const next = this.#prepared(supergraph)
    // What is left when the time is up is planned behind the operations of clients.
    await within(warmUp(next.graph, plannedLately(this.current), log), WARM_UP_MS_MAX)
    const retired = this.#served
    this.#served = next
    for (const listener of this.#listeners) listener(next.graph)
    // An operation asks several subgraphs one after the other, each within the deadline.
    await retired.graph.idle(RETIRE_MS_MAX)
    this.#planners.delete(retired.planner)
    await retired.planner.close()
    if (this.#served === next) connections.release(next.graph.subgraphs)
  }
}
