import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServiceMap } from '@apollo/gateway'
import type { TokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { createAuthorizer } from './authorize/authorize.ts'
import { executeThrough, startApollo } from './http/apollo.ts'
import { originRule } from './http/cors.ts'
import { createGraphqlHandler } from './http/graphql.ts'
import { createHandler } from './http/handler.ts'
import { createReadinessCheck } from './http/readiness.ts'
import type { GatewayLimits } from './limits/limits.ts'
import { operationSizeRule } from './limits/operation-size.ts'
import { createLiveDoor } from './live/door.ts'
import { Upstream } from './live/upstream.ts'
import { createSubgraphClient, type SubgraphClient } from './subgraphs/client.ts'
import { createDataSource } from './subgraphs/data-source.ts'
import { createSigner } from './subgraphs/signer.ts'
import type { LoadedSupergraph } from './supergraph/load.ts'

/** Where queries, mutations and subscriptions are answered, over HTTP and WebSocket. */
export const GRAPHQL_PATH = '/graphql'

export interface GatewayOptions {
  readonly supergraph: LoadedSupergraph
  /** Replaces the URLs that the supergraph gives its subgraphs. */
  readonly subgraphUrls: ReadonlyMap<string, string>
  readonly signingKeys: SigningKeys
  readonly tokens: TokenVerifier
  readonly limits: GatewayLimits
  /** Off in production: then nobody is told what the graph looks like. */
  readonly introspection: boolean
  /** Origins whose pages may use the graph; `*` for all. */
  readonly allowedOrigins: readonly string[]
  readonly playground: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
}

export interface Gateway {
  /** Answers the port, which the system chose when `port` is 0. */
  listen(port: number, host: string): Promise<number>
  /** Takes no more work, finishes what is under way, and lets go of the subgraphs. */
  close(): Promise<void>
}

/** One graph at one URL, in front of the subgraphs of a supergraph. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { supergraph, tokens, limits, playground, log } = options
  const { clients, upstreams } = connectSubgraphs(options)
  const dataSources: ServiceMap = Object.fromEntries(clients.map((client) => [client.name, createDataSource(client)]))
  const shared = {
    dataSources,
    authorizer: createAuthorizer(supergraph.apiSchema, supergraph.authorization),
    authenticate: (authorization: string | undefined) => tokens.verify(authorization),
    allowOrigin: originRule(options.allowedOrigins),
    rules: [operationSizeRule(limits.operation)],
  }
  const apollo = await startApollo({ ...options, ...shared, sdl: supergraph.sdl, tokens_max: limits.tokens_max })
  const door = createLiveDoor({
    ...options,
    ...shared,
    path: GRAPHQL_PATH,
    upstreams,
    executeOperation: (request, context) => executeThrough(apollo, request, context),
  })
  const handler = createHandler({
    graphqlPath: GRAPHQL_PATH,
    graphql: createGraphqlHandler({ ...shared, apollo, body_bytes_max: limits.body_bytes_max }),
    allowOrigin: shared.allowOrigin,
    readiness: createReadinessCheck(clients),
    playground,
    log,
  })
  const server = createServer(handler).on('upgrade', door.upgrade)
  return {
    listen: (port, host) => listen(server, port, host),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      await door.close()
      await closed
      await apollo.stop()
      for (const upstream of upstreams.values()) upstream.close()
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

interface ConnectedSubgraphs {
  readonly clients: readonly SubgraphClient[]
  readonly upstreams: ReadonlyMap<string, Upstream>
}

function connectSubgraphs(options: GatewayOptions): ConnectedSubgraphs {
  const { supergraph, subgraphUrls, signingKeys, clock, limits, random, log } = options
  const sign = createSigner(signingKeys, clock)
  const clients: SubgraphClient[] = []
  const upstreams = new Map<string, Upstream>()
  for (const [name, composedUrl] of supergraph.subgraphUrls) {
    const url = new URL(subgraphUrls.get(name) ?? composedUrl)
    clients.push(createSubgraphClient({ name, url, sign, limits: limits.subgraph, log }))
    const upstream = new Upstream({
      subgraph: name,
      url: url.href.replace(/^http/, 'ws'),
      headers: () => sign('GET', url.pathname + url.search, ''),
      limits: limits.upstream,
      random,
      log,
    })
    upstreams.set(name, upstream)
  }
  return { clients, upstreams }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
