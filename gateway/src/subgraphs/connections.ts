import { Upstream, type UpstreamOptions } from '../live/upstream.ts'
import { type CallerOf, createCaller } from './caller.ts'
import { createSubgraphClient, type SubgraphClient, type SubgraphClientOptions } from './client.ts'

/** The subgraphs of one supergraph, as its operations reach them. */
export interface ConnectedSubgraphs {
  readonly clients: readonly SubgraphClient[]
  readonly callerOf: CallerOf
  /** By the name of the subgraph. */
  readonly upstreams: ReadonlyMap<string, Upstream>
}

export interface ConnectionsOptions extends Pick<SubgraphClientOptions, 'sign' | 'log'> {
  readonly random: UpstreamOptions['random']
  readonly limits: { readonly subgraph: SubgraphClientOptions['limits']; readonly upstream: UpstreamOptions['limits'] }
}

interface Connection {
  readonly client: SubgraphClient
  readonly upstream: Upstream
}

/** Connections to subgraphs, which outlive the supergraph that they were opened for: the next one has mostly the same. */
export class SubgraphConnections {
  readonly #options: ConnectionsOptions
  /** By name and URL. */
  readonly #connections = new Map<string, Connection>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** Connects to each subgraph at its URL, over what is open already where both are the same. */
  connect(urls: ReadonlyMap<string, string>): ConnectedSubgraphs {
    const connections = new Map([...urls].map(([name, url]) => [name, this.#connectionTo(name, url)]))
    const clients = [...connections.values()].map(({ client }) => client)
    const upstreams = new Map([...connections].map(([name, { upstream }]) => [name, upstream]))
    return { clients, callerOf: createCaller(clients), upstreams }
  }

  /** Lets go of all that `kept` does not use. Streams of a subgraph that is gone end as lost. */
  async release(kept: ConnectedSubgraphs | undefined): Promise<void> {
    const released: SubgraphClient[] = []
    for (const [key, { client, upstream }] of this.#connections) {
      if (kept?.clients.includes(client)) continue
      this.#connections.delete(key)
      upstream.close()
      released.push(client)
    }
    await Promise.all(released.map((client) => client.close()))
  }

  #connectionTo(name: string, address: string): Connection {
    const { sign, limits, random, log } = this.#options
    const url = new URL(address)
    const key = `${name} ${url}`
    const known = this.#connections.get(key)
    if (known !== undefined) return known
    const connection = {
      client: createSubgraphClient({ name, url, sign, limits: limits.subgraph, log }),
      upstream: new Upstream({
        subgraph: name,
        url: url.href.replace(/^http/, 'ws'),
        headers: () => sign('GET', url.pathname + url.search, ''),
        limits: limits.upstream,
        random,
        log,
      }),
    }
    this.#connections.set(key, connection)
    return connection
  }
}
