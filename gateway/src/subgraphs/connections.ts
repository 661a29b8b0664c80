import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import { Upstream } from '../live/upstream.ts'
import type { UpstreamOptions, UpstreamTarget } from '../live/upstream-options.ts'
import { addressesOf } from './address.ts'
import { type CallerOf, createCaller } from './caller.ts'
import { createSubgraphClient, type SubgraphClient, type SubgraphClientOptions } from './client.ts'
import { NO_OBSERVER, type SubgraphObserver } from './observer.ts'

/** The subgraphs of one supergraph, as its operations reach them. */
export interface ConnectedSubgraphs {
  readonly clients: readonly SubgraphClient[]
  readonly callerOf: CallerOf
  /** For streams, which outlive their supergraph: calls go where the subgraph is now. */
  readonly followingCallerOf: CallerOf
  /** By the name of the subgraph. */
  readonly upstreams: ReadonlyMap<string, Upstream>
}

export interface ConnectionsOptions extends Pick<SubgraphClientOptions, 'sign' | 'random' | 'log'> {
  readonly observer?: SubgraphObserver | undefined
  readonly limits: { readonly subgraph: SubgraphClientOptions['limits']; readonly upstream: UpstreamOptions['limits'] }
}

/** What streams have of a subgraph: it stays while the subgraph moves, so that they can go on. */
interface Source {
  readonly upstream: Upstream
  /** Knows which of its processes is well. */
  client: SubgraphClient
}

/** Connections to subgraphs, which outlive the supergraph that they were opened for: the next one has mostly the same. */
export class SubgraphConnections {
  readonly #options: ConnectionsOptions
  /** By name and URLs: what began at one address ends there. */
  readonly #clients = new Map<string, SubgraphClient>()
  /** By name. */
  readonly #sources = new Map<string, Source>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** Connects to each subgraph at its URLs, over what is open already; streams of one that moved follow it. */
  connect(urls: ReadonlyMap<string, readonly string[]>): ConnectedSubgraphs {
    const clients = [...urls].map(([name, list]) => this.#clientOf(name, list))
    const sources = clients.map((client) => this.#sourceOf(client))
    return {
      clients,
      callerOf: createCaller(clients),
      followingCallerOf: createCaller(sources.map((source) => this.#following(source))),
      upstreams: new Map(sources.map(({ client, upstream }) => [client.name, upstream])),
    }
  }

  /** Lets go of all that `kept` does not use. Streams of a subgraph that is gone end as lost. */
  release(kept: ConnectedSubgraphs | undefined): void {
    for (const [name, { upstream }] of this.#sources) {
      if (kept?.upstreams.has(name)) continue
      this.#sources.delete(name)
      upstream.close()
    }
    for (const [key, client] of this.#clients) {
      if (kept?.clients.includes(client)) continue
      this.#clients.delete(key)
      client.close()
    }
  }

  #clientOf(name: string, urls: readonly string[]): SubgraphClient {
    const { sign, limits, random, observer = NO_OBSERVER, log } = this.#options
    const key = JSON.stringify([name, ...urls])
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const client = createSubgraphClient({
      name,
      addresses: addressesOf(name, urls),
      sign,
      limits: limits.subgraph,
      now: () => performance.now(),
      random,
      observer,
      log,
    })
    this.#clients.set(key, client)
    return client
  }

  #sourceOf(client: SubgraphClient): Source {
    const { sign, limits, random, log } = this.#options
    const known = this.#sources.get(client.name)
    if (known !== undefined) {
      const hasMoved = known.client !== client
      known.client = client
      if (hasMoved) known.upstream.reconnect()
      return known
    }
    const target = (): UpstreamTarget => {
      const { webSocketUrl, path } = source.client.nextAddress()
      return { url: webSocketUrl, headers: { [SIGNATURE_HEADER]: sign('GET', path, '') } }
    }
    const now = () => performance.now()
    const upstream = new Upstream({ subgraph: client.name, target, limits: limits.upstream, random, now, log })
    const source: Source = { client, upstream }
    this.#sources.set(client.name, source)
    return source
  }

  #following(source: Source): Pick<SubgraphClient, 'name' | 'execute'> {
    const { name } = source.client
    return {
      name,
      // A subgraph that left the supergraph and came back is another source.
      execute: (request, context) => (this.#sources.get(name) ?? source).client.execute(request, context),
    }
  }
}
