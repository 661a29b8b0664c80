import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { closeForGood } from './held-port.ts'

/** What is done with a request: `body` is its JSON as sent, `turn` counts all requests from 0. */
export type RawAnswer = (
  socket: Socket,
  request: { readonly head: string; readonly body: string; readonly turn: number },
) => void

/** A subgraph at the level of bytes: it may stall, trickle, break off and lie, as a real one does on a bad day. */
export interface RawSubgraph {
  readonly url: string
  /** Bodies of all requests that arrived whole. */
  readonly bodies: readonly string[]
  /** Connections ever made. */
  connections(): number
  openSockets(): number
  /** Resolves once this many requests have arrived. */
  whenRequested(count: number): Promise<void>
  /** From then on nobody is there. */
  close(): Promise<void>
}

/** `path` is that of a unix domain socket; without one it listens on a loopback port. */
export async function startRawSubgraph(answer: RawAnswer, path?: string): Promise<RawSubgraph> {
  const sockets = new Set<Socket>()
  const bodies: string[] = []
  let connections = 0
  let arrived = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    readRequests(socket, (head, body) => {
      bodies.push(body)
      arrived.resolve()
      arrived = Promise.withResolvers()
      answer(socket, { head, body, turn: bodies.length - 1 })
    })
  })
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  await once(server, 'listening')
  const port = path === undefined ? (server.address() as AddressInfo).port : undefined
  return {
    url: port === undefined ? `http+unix://${path}:/graphql` : `http://127.0.0.1:${port}/graphql`,
    bodies,
    connections: () => connections,
    openSockets: () => sockets.size,
    async whenRequested(count) {
      while (bodies.length < count) await arrived.promise
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      if (port !== undefined) return closeForGood(server, port)
      server.close()
      await once(server, 'close')
    },
  }
}

function readRequests(socket: Socket, received: (head: string, body: string) => void): void {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    for (;;) {
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = text.slice(0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      const body = text.slice(end + 4, end + 4 + length)
      text = text.slice(end + 4 + length)
      received(head, body)
    }
  })
}

/** The bytes of an answer. */
export const httpAnswer = (body: string, { status = 200, headers = '' } = {}): string =>
  `HTTP/1.1 ${status} Whatever\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

export const graphqlAnswer = (data: unknown): string => httpAnswer(JSON.stringify({ data }))
