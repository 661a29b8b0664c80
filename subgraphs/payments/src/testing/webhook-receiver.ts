import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it came in. */
export type Received = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type ReceiverBehaviour = (response: ServerResponse, request: Received) => void | Promise<void>

export type WebhookReceiver = AsyncDisposable & {
  readonly port: number
  readonly url: string
  readonly received: Received[]
  /** Their `webhook-id`, in the order in which they came. */
  ids(): (string | undefined)[]
  /** The last of them; a test that asks expects one. */
  last(): Received
  readonly sockets: ReadonlySet<Socket>
  /** How it answers from now on; at first with 204. */
  behave(behaviour: ReceiverBehaviour): void
  /** Resolves when so many requests have come in. */
  waitFor(count: number): Promise<void>
}

export const answers =
  (status: number, body = '', headers: Record<string, string> = {}): ReceiverBehaviour =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

/** A real HTTP server in the part of a receiver; with TLS where a certificate is given. */
export async function startReceiver(tls?: { readonly key: string; readonly cert: string }): Promise<WebhookReceiver> {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  let behaviour = answers(204)
  const listener: RequestListener = async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const one = { url: request.url ?? '', headers, body: await text(request) }
    received.push(one)
    for (const wake of waiting) wake()
    await behaviour(response, one)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return {
    port: address.port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}/hooks`,
    received,
    ids: () => received.map(({ headers }) => headers['webhook-id']),
    last() {
      const last = received.at(-1)
      if (last === undefined) throw new Error('Nothing has come in.')
      return last
    },
    sockets,
    behave(next) {
      behaviour = next
    },
    waitFor: (count) =>
      new Promise((done) => {
        const check = () => {
          if (received.length < count) return
          waiting.delete(check)
          done()
        }
        waiting.add(check)
        check()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
