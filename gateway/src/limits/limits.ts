import type { OverloadLimits } from '../admission/overload.ts'
import type { QuotaLimits } from '../admission/quotas.ts'
import type { CacheLimits } from '../caching/cache-store.ts'
import type { GraphqlWsLimits } from '../live/graphql-ws/graphql-ws.ts'
import type { HttpStreamLimits } from '../live/http/http-streams.ts'
import type { StreamLimits } from '../live/streams/stream-options.ts'
import type { UpstreamLimits } from '../live/upstream-options.ts'
import type { WebSocketLimits } from '../live/websocket.ts'
import type { PlannerLimits } from '../planner/worker-planner.ts'
import type { SubgraphLimits } from '../subgraphs/client.ts'
import type { IntrospectionLimits } from './introspection-size.ts'
import type { CostLimits } from './list-size.ts'
import type { OperationSizeLimits } from './operation-size.ts'
import type { VariablesLimits } from './variables-size.ts'

/** Everything that the gateway puts a bound to. */
export interface GatewayLimits {
  readonly body_bytes_max: number
  /** How long nothing may pass over a connection on which an answer is awaited, or waits to be taken. */
  readonly stall_ms_max: number
  /** How long what is under way may take to finish once the gateway stops. */
  readonly drain_ms_max: number
  /** Operations in the list of one POST; 0 where lists are not taken. */
  readonly batch_max: number
  readonly tokens_max: number
  /** Errors that one answer lists. */
  readonly errors_max: number
  readonly operation: OperationSizeLimits
  readonly introspection: IntrospectionLimits
  readonly variables: VariablesLimits
  readonly cost: CostLimits
  readonly planner: PlannerLimits
  readonly subgraph: SubgraphLimits
  readonly upstream: UpstreamLimits
  readonly websocket: WebSocketLimits
  readonly graphqlWs: GraphqlWsLimits
  readonly httpStream: HttpStreamLimits
  readonly stream: StreamLimits
  readonly cache: CacheLimits
}

const MIB = 1024 * 1024

/** What one client or user may use in production; unlimited elsewhere. */
export const PRODUCTION_QUOTAS: QuotaLimits = {
  window_s: 60,
  // A hundred a second: an office behind one address.
  client_requests_max: 6_000,
  // Twenty a second: more than a person's pages ask, less than a loop that forgot to wait.
  user_operations_max: 1_200,
  // Ten operations as costly as may be, or a thousand of usual ones.
  user_cost_max: 1_000_000,
}

/** A request that waits this long for its turn is late already; at ten times as long hardly any is answered in time. */
export const PRODUCTION_OVERLOAD: OverloadLimits = { delay_ms_max: 200, delay_ms_full: 2_000 }

export const DEFAULT_LIMITS: GatewayLimits = {
  // Variables as large as they may be, with a document of as many tokens as it may have beside them. Subgraphs take 4 MiB.
  body_bytes_max: (MIB / 4) * 5,
  // An answer that its client does not read stays in memory. The slowest is made in half a minute or so.
  stall_ms_max: 120_000,
  // Shorter than what orchestrators wait before they kill, which is half a minute.
  drain_ms_max: 10_000,
  // Each operation of a list would pass the limits of one.
  batch_max: 0,
  tokens_max: 1_000,
  // More help nobody, and one fault may stand at every item of a long list.
  errors_max: 100,
  operation: {
    depth_max: 10,
    selections_max: 2_000,
    // GraphiQL and code generators give a handful; hundreds are how one request asks the same a hundred times.
    aliases_max: 30,
    // A dashboard's page in one request; each may be a subgraph's query of its own.
    root_fields_max: 20,
    // @skip and @include on what a page shows conditionally.
    directives_max: 50,
    // @skip, @include and one of a client's own, with room; validation compares those of one place with each other.
    directives_per_place_max: 5,
    // As of variables.
    values_depth_max: 16,
    // The longest that tools make up have some eighty.
    name_length_max: 128,
    // A mutation's input is one variable; the largest list filters known have a dozen.
    variables_max: 50,
  },
  // Tools ask once. Twice takes some 40 ms over a schema of 300 types, in which nobody else is answered.
  introspection: { introspections_max: 2 },
  variables: {
    // A thousand items of a kilobyte each: the largest that mutations of many take, with every text as long as it may be. Nobody
    // else is answered while they are parsed, checked and written for their subgraph, which takes some 15 ms.
    bytes_max: MIB,
    // Filters that combine filters go a few levels deep, each a list and an object.
    depth_max: 16,
    list_items_max: 1_000,
  },
  cost: {
    // Twice what all about a hundred users from four subgraphs costs; pages of 100 three deep are ten times above.
    cost_max: 100_000,
    list_items_assumed: 10,
    // Far above what a list in a browser shows; subgraphs have lower limits of their own.
    page_items_max: 1_000,
  },
  planner: {
    // One plans for the others while an operation takes its time on the other; each costs some 60 MB.
    threads: 2,
    // The slowest operation known here takes 0.2 s on a thread that has just started.
    plan_ms_max: 5_000,
    contended_ms_max: 1_000,
    // An operation that needs it cannot be planned in time either.
    heap_mib_max: 512,
    // Nothing with more was ever planned within the deadline.
    paths_max: 10_000,
    // Every operation of schema/operations has one plan. What is cut off here is a better plan at most, never a right one.
    plans_max: 1_000,
    // Every field counts where no subgraphs share any: none but shared ones make an operation of legal size heavier.
    light_weight_max: 2_000,
    // Some seconds of everyday operations: whoever stands further back would not be served in time.
    waiting_max: 256,
    wait_ms_max: 10_000,
    refused_max: 1_000,
    refused_ms: 60_000,
  },
  subgraph: {
    deadline_ms: 5_000,
    // Behind a second a connection on a network of one's own is not slow, but lost; there is time for another try.
    connection: { connect_ms_max: 1_000, response_bytes_max: 16 * MIB, calls_max: 16 },
    // A second: what is back is in use again before anybody looks, and what is not costs one call a second.
    circuit: { failures_max: 5, successes_min: 3, open_ms: 1_000 },
    // 128 under way, of 20 ms each, are 6,400 calls a second. A thousand clients with some calls each may wait their turn,
    // which the deadline ends; with 512 places a third of their answers were partial.
    bulkhead: { in_flight_max: 128, queue_max: 4_096 },
    retry: { tries_max: 3, backoff: { first_ms: 25, ms_max: 250 }, budget_ratio: 0.2, budget_max: 10 },
  },
  upstream: {
    connect_ms_max: 5_000,
    silence_ms_max: 20_000,
    message_bytes_max: 16 * MIB,
    backoff: { first_ms: 100, ms_max: 5_000 },
    // A rolling restart of a subgraph takes seconds; behind a minute a person should be told.
    lost_ms_max: 60_000,
    idle_ms: 5_000,
  },
  websocket: {
    // What a body may be over HTTP.
    message_bytes_max: (MIB / 4) * 5,
    sockets_max: 20_000,
    silence_ms_max: 24_000,
    // Half a megabit a second, on a poor mobile network. The systems at both ends hold some ten megabytes of a socket.
    read_bytes_min: (MIB / 4) * 3,
    // A client that asks without reading the answers holds no more of our memory than this and one answer.
    buffered_bytes_max: 4 * MIB,
  },
  graphqlWs: {
    init_ms_max: 3_000,
    operations_max: 100,
    // A page that opens all its subscriptions at once, and then leaves and opens some as its user moves about.
    messages_per_s_max: 50,
    messages_burst_max: 250,
  },
  // Proxies take a connection for dead after 30 to 60 quiet seconds.
  httpStream: { streams_max: 20_000, heartbeat_ms: 12_000, keep_alive_ms: 30_000 },
  stream: {
    queue_max: 256,
    // A burst then costs the time of the slowest and not of all; a sixteenth of what a subgraph may be asked at a time.
    completing_max: 8,
    behind: { frames_max: 256, bytes_max: MIB },
    // There is one of these for each distinct stream.
    kept: { frames_max: 32, bytes_max: 32 * 1024 },
    // Some seconds of a busy stream, as long as clients take that wait longer and longer before they try again.
    returning: { frames_max: 1_024, bytes_max: MIB },
    returning_ms: 60_000,
    // Below `silence_ms_max`, so that a client which reads nothing is told why before it is taken for dead.
    stall_ms_max: 10_000,
  },
  cache: {
    memory_bytes_max: 64 * MIB,
    // One answer is not to push out all others.
    entry_length_max: MIB,
    // Whoever has just made something looks for it at once, and again.
    negative_s_max: 5,
    // Longer than this, asking the subgraphs may well be faster.
    answer_ms_max: 100,
  },
}
