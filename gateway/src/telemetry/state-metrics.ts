import { Counter, Gauge, type Registry } from 'prom-client'
import type { SubgraphState } from '../subgraphs/observer.ts'
import { type CountedState, watchCounts } from './count-metrics.ts'

/** What a gateway holds at the moment; asked for when Prometheus does. */
export interface GatewayState extends CountedState {
  /** Documents that are parsed and validated, with the plans of their operations. */
  documents(): number
  /** WebSockets of clients. */
  sockets(): number
  readonly subscriptions: {
    readonly open: number
    readonly delivered: number
    readonly failed: ReadonlyMap<string, number>
    readonly resumed: CountedState['subscriptions']['resumed']
  }
  /** How calls to each subgraph stand. */
  clients(): readonly { readonly name: string; state(): SubgraphState }[]
  /** By subgraph, what flows through the socket to it. */
  upstreams(): ReadonlyMap<string, { readonly streams: number; readonly isConnected: boolean }>
}

/** Shows what the gateway holds. */
export function watchState(registry: Registry, state: GatewayState): void {
  const registers = [registry]
  watchSubscriptions(registry, state.subscriptions)
  watchClients(registry, state)
  watchCounts(registry, state)
  new Gauge({
    name: 'gateway_documents_cached',
    help: 'Documents that are kept with all that was compiled for them.',
    registers,
    collect() {
      this.set(state.documents())
    },
  })
  new Gauge({
    name: 'gateway_sockets_open',
    help: 'WebSockets of clients.',
    registers,
    collect() {
      this.set(state.sockets())
    },
  })
  new Gauge({
    name: 'gateway_upstream_streams',
    help: 'Streams that are open, or to be opened again, at a subgraph.',
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { streams }] of state.upstreams()) this.set({ subgraph }, streams)
    },
  })
  new Gauge({
    name: 'gateway_upstream_connected',
    help: '1 while there is a socket to the subgraph, which there is as long as it has streams, or 0.',
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { isConnected }] of state.upstreams()) this.set({ subgraph }, isConnected ? 1 : 0)
    },
  })
}

/** Counted where they happen, by plain numbers: an answer may go to ten thousand at once. */
function watchSubscriptions(registry: Registry, subscriptions: GatewayState['subscriptions']): void {
  const registers = [registry]
  new Gauge({
    name: 'gateway_subscriptions_open',
    help: 'Subscriptions of clients.',
    registers,
    collect() {
      this.set(subscriptions.open)
    },
  })
  new Counter({
    name: 'gateway_events_delivered_total',
    help: 'Answers of subscriptions that were handed to the connection of a client.',
    registers,
    collect() {
      this.reset()
      this.inc(subscriptions.delivered)
    },
  })
  new Counter({
    name: 'gateway_subscriptions_failed_total',
    help: 'Subscriptions that ended with an error, by its code; SUBSCRIPTION_OVERFLOW is a client that was too slow.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of subscriptions.failed) this.inc({ code }, count)
    },
  })
}

/** What the gauge of a circuit shows. */
const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const satisfies Record<SubgraphState['circuit'], number>

function watchClients(registry: Registry, state: GatewayState): void {
  const gauge = (name: string, help: string, read: (client: SubgraphState) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['subgraph'],
      registers: [registry],
      collect() {
        this.reset()
        for (const client of state.clients()) this.set({ subgraph: client.name }, read(client.state()))
      },
    })
  }
  gauge(
    'gateway_subgraph_circuit',
    'Calls are made (0), tried one at a time (1) or refused (2).',
    (client) => CIRCUIT[client.circuit],
  )
  gauge('gateway_subgraph_calls_in_flight', 'Calls that have a place.', ({ inFlight }) => inFlight)
  gauge('gateway_subgraph_calls_queued', 'Calls that wait for a place.', ({ queued }) => queued)
  new Gauge({
    name: 'gateway_subgraph_connections',
    help: 'Connections for calls: for one at a time (http) or for many at once (multiplexed).',
    labelNames: ['subgraph', 'kind'],
    registers: [registry],
    collect() {
      this.reset()
      for (const client of state.clients())
        for (const [kind, count] of Object.entries(client.state().connections))
          this.set({ subgraph: client.name, kind }, count)
    },
  })
}
