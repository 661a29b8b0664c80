import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type Clock, systemClock } from '@carriergraph/shared/clock.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import { createSignatureVerifier } from '@carriergraph/shared/signature/verify.ts'
import { type GraphQLSchema, graphql, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { closeForGood } from './held-port.ts'
import { TOY_KEYS } from './keys.ts'

/** What a subgraph's resolvers are told of a request, and may tell back. */
export interface ToyContext {
  readonly headers: Readonly<Record<string, unknown>>
  /** Set by a subscription's resolver: where its stream begins. */
  startCursor?: string
}

export type ToyResolvers = GraphQLResolverMap<ToyContext>

export interface ToySubgraphOptions {
  readonly typeDefs: string
  readonly resolvers: ToyResolvers
  readonly port?: number
  readonly clock?: Clock
  /** Answers an HTTP request in the subgraph's stead and returns true: for one that is slow, or broken. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface ToySubgraph {
  readonly url: string
  readonly port: number
  /** Headers of every GraphQL call over HTTP so far. */
  readonly calls: readonly Readonly<Record<string, unknown>>[]
  /** The same of every subscribe message. */
  readonly subscribes: readonly Readonly<Record<string, unknown>>[]
  /** Sockets that are open. */
  readonly sockets: () => number
  /** From then on nobody is there. */
  close(): Promise<void>
}

/**
 * A real subgraph on a loopback port: Federation 2 schema, GraphQL over HTTP, graphql-ws, and no answer for a request
 * or an upgrade that the gateway did not sign.
 */
export async function startToySubgraph(options: ToySubgraphOptions): Promise<ToySubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(options.typeDefs), resolvers: options.resolvers }])
  const signatures = createSignatureVerifier({ keys: TOY_KEYS, clock: options.clock ?? systemClock })
  const isSigned = (request: IncomingMessage, body: string): boolean => {
    const header = request.headers[SIGNATURE_HEADER]
    const { method = '', url: path = '' } = request
    return signatures.verify({ header: typeof header === 'string' ? header : undefined, method, path, body }).ok
  }
  const calls: Readonly<Record<string, unknown>>[] = []
  const subscribes: Readonly<Record<string, unknown>>[] = []
  const server = createServer(async (request, response) => {
    if (request.url === '/health/ready') return void response.end()
    const body = await bodyOf(request)
    if (!isSigned(request, body)) return void response.writeHead(401).end('unsigned')
    calls.push(request.headers)
    if (options.intercept?.(request, response)) return
    response.setHeader('content-type', 'application/json').end(await answer(schema, body, request.headers))
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (isSigned(request, ''))
      sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request))
    else socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
  })
  const live = useServer(
    {
      schema,
      context(_ctx, _id, { extensions }): ToyContext {
        const headers = Object(extensions?.headers)
        subscribes.push(headers)
        return { headers }
      },
      onNext: (_ctx, _id, _payload, _args, result) => void Object.assign(result, TRACE),
      // The protocol by which the gateway learns where a stream "from now on" begins: asked for, it is the first frame.
      onOperation({ extra }, id, { extensions }, { contextValue }) {
        const { startCursor } = contextSchema.parse(contextValue)
        if (extensions?.startCursor !== true || startCursor === undefined) return
        extra.socket.send(JSON.stringify({ id, type: 'next', payload: { data: null, extensions: { startCursor } } }))
      },
    },
    sockets,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await live.dispose()
    server.closeAllConnections()
    await closeForGood(server, port)
  }
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    calls,
    subscribes,
    sockets: () => sockets.clients.size,
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** What Apollo's subgraphs tell of their resolvers, asked or not: for the gateway to keep to itself. */
const TRACE = { extensions: { ftv1: 'a-federated-trace' } }

const contextSchema = z.object({ startCursor: z.string().optional() })

const requestSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

async function answer(schema: GraphQLSchema, body: string, headers: ToyContext['headers']): Promise<string> {
  const { query, operationName, variables } = requestSchema.parse(JSON.parse(body))
  const contextValue: ToyContext = { headers }
  const result = await graphql({ schema, source: query, operationName, variableValues: variables, contextValue })
  return JSON.stringify({ ...result, ...TRACE })
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
