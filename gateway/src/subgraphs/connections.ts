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

/** Where streams of a subgraph come from: it stays while the subgraph moves, so that they can be resumed. */
interface Source {
  url: URL
  readonly upstream: Upstream
}

/** Connections to subgraphs, which outlive the supergraph that they were opened for: the next one has mostly the same. */
export class SubgraphConnections {
  readonly #options: ConnectionsOptions
  /** By name and URL: what began at one address ends there. */
  readonly #clients = new Map<string, SubgraphClient>()
  /** By name. */
  readonly #sources = new Map<string, Source>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** Connects to each subgraph at its URL, over what is open already; streams of one that moved follow it. */
  connect(urls: ReadonlyMap<string, string>): ConnectedSubgraphs {
    const addresses = [...urls].map(([name, url]) => [name, new URL(url)] as const)
    const clients = addresses.map(([name, url]) => this.#clientOf(name, url))
    const upstreams = new Map(addresses.map(([name, url]) => [name, this.#upstreamOf(name, url)]))
    return { clients, callerOf: createCaller(clients), upstreams }
  }

  /** Lets go of all that `kept` does not use. Streams of a subgraph that is gone end as lost. */
  async release(kept: ConnectedSubgraphs | undefined): Promise<void> {
    for (const [name, { upstream }] of this.#sources) {
      if (kept?.upstreams.has(name)) continue
      this.#sources.delete(name)
      upstream.close()
    }
    const released = [...this.#clients].filter(([, client]) => !kept?.clients.includes(client))
    for (const [key] of released) this.#clients.delete(key)
    await Promise.all(released.map(([, client]) => client.close()))
  }

  #clientOf(name: string, url: URL): SubgraphClient {
    const { sign, limits, log } = this.#options
    const key = `${name} ${url}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const client = createSubgraphClient({ name, url, sign, limits: limits.subgraph, log })
    this.#clients.set(key, client)
    return client
  }

  #upstreamOf(name: string, url: URL): Upstream {
    const { sign, limits, random, log } = this.#options
    const known = this.#sources.get(name)
    if (known !== undefined) {
      const hasMoved = known.url.href !== url.href
      known.url = url
      if (hasMoved) known.upstream.reconnect()
      return known.upstream
    }
    const source: Source = {
      url,
      upstream: new Upstream({
        subgraph: name,
        url: () => source.url.href.replace(/^http/, 'ws'),
        headers: () => sign('GET', source.url.pathname + source.url.search, ''),
        limits: limits.upstream,
        random,
        log,
      }),
    }
    this.#sources.set(name, source)
    return source.upstream
  }
}
