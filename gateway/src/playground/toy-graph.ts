import { EventEmitter, on } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { buildSchema, graphql } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { type PlaygroundOptions, servePlayground } from './assets.ts'

const schema = buildSchema(`
  type Query { greeting(name: String!): Greeting! }
  type Greeting { text: String! authorization: String }
  type Subscription { alert: Alert! }
  type Alert { number: Int! authorization: String }
`)

type GraphRequest = {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
}

/** A graph of two fields behind a playground, for tests of the playground alone. */
export type ToyGraph = {
  readonly url: string
  /** Emits `subscribed` when a subscription is open and `disconnected` when a socket is closed; emit `alert` with a
   * number to send an event to whoever is subscribed. */
  readonly events: EventEmitter
  readonly close: () => Promise<void>
}

async function answerQuery(request: IncomingMessage): Promise<string> {
  const body = (await json(request)) as GraphRequest
  const { authorization = null } = request.headers
  const rootValue = { greeting: ({ name }: { name: string }) => ({ text: `Good morning, ${name}`, authorization }) }
  if (authorization === null) return JSON.stringify({ errors: [{ message: 'not even the schema without a token' }] })
  const { query: source, variables: variableValues, operationName } = body
  return JSON.stringify(await graphql({ schema, source, rootValue, variableValues, operationName }))
}

/** Starts the toy graph on a free loopback port. */
export async function startToyGraph(options: PlaygroundOptions): Promise<ToyGraph> {
  const events = new EventEmitter()
  const stopping = new AbortController()
  const playground = servePlayground(options)
  const server = createServer(async (request, response) => {
    if (playground(request, response)) return
    response.setHeader('content-type', 'application/json')
    response.end(await answerQuery(request))
  })
  async function* alert(_arguments: unknown, authorization: unknown) {
    const numbers = on(events, 'alert', { signal: stopping.signal })
    events.emit('subscribed')
    for await (const [number] of numbers) yield { alert: { number, authorization } }
  }
  const sockets = new WebSocketServer({ server, path: '/graphql' })
  const graph = useServer(
    {
      schema,
      roots: { subscription: { alert } },
      context: ({ connectionParams }) => connectionParams?.authorization ?? null,
      onDisconnect: () => void events.emit('disconnected'),
    },
    sockets,
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    stopping.abort()
    await graph.dispose()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, events, close }
}
