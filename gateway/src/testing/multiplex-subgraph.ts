import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { httpAnswer } from './raw-subgraph.ts'

/** A call as it came in a frame. */
export interface FramedCall {
  readonly number: number
  /** Lines of HTTP. */
  readonly headers: string
  readonly body: string
}

/** One multiplexed connection, at the level of bytes. */
export interface Peer {
  readonly socket: Socket
  readonly calls: readonly FramedCall[]
  /** `kind number` of all other frames that came. */
  readonly others: readonly string[]
  /** Resolves once this many calls have come. */
  whenCalled(count: number): Promise<void>
  /** Resolves once this frame has come. */
  whenTold(other: string): Promise<void>
  send(call: number, kind: number, payload?: Buffer): void
  answer(call: number, body: string, status?: number): void
}

export interface MultiplexSubgraph {
  readonly url: string
  /** Heads of the requests that came over HTTP. */
  readonly heads: readonly string[]
  readonly peers: readonly Peer[]
  /** Resolves once this many connections have been upgraded. */
  whenUpgraded(count: number): Promise<readonly Peer[]>
  openSockets(): number
  close(): Promise<void>
}

export interface MultiplexSubgraphOptions {
  readonly server?: (accept: (socket: Socket) => void) => Server
  /** What is answered to the request for an upgrade. */
  readonly upgraded?: string
  readonly called?: (call: FramedCall, peer: Peer) => void
}

export const KIND = { call: 1, cancel: 2, ping: 3, part: 4, answer: 5, pong: 6, leave: 7 } as const

export const AGREED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: carriergraph-multiplex/1\r\n\r\n'

/** What it answers over HTTP. */
export const OFFER = httpAnswer('{"data":{"over":"http"}}', { headers: 'x-carriergraph-multiplex: 1\r\n' })

export const framed = (call: number, kind: number, payload: Buffer = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUInt32BE(5 + payload.length, 0)
  head.writeUInt32BE(call, 4)
  head[8] = kind
  return Buffer.concat([head, payload])
}

export const framedAnswer = (call: number, body: string | Buffer, status = 200): Buffer =>
  framed(call, KIND.answer, Buffer.concat([Buffer.from([status >>> 8, status & 0xff]), Buffer.from(body)]))

/** Waits for what other parts of a test bring about. */
class Waiting {
  #changed = Promise.withResolvers<void>()

  change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.#changed.promise
  }
}

/** A subgraph that offers many calls at once on a connection; answers over HTTP are always `OFFER`. */
export async function startMultiplexSubgraph(options: MultiplexSubgraphOptions = {}): Promise<MultiplexSubgraph> {
  const { server: create = createServer, upgraded = AGREED, called } = options
  const sockets = new Set<Socket>()
  const heads: string[] = []
  const peers: Peer[] = []
  const waiting = new Waiting()
  const server = create((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', function read(chunk: Buffer) {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end)
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
        if (text.length < end + 4 + length) return
        text = text.slice(end + 4 + length)
        heads.push(head)
        if (/\r\nupgrade:/i.test(head)) {
          socket.off('data', read)
          if (upgraded === AGREED) peers.push(peerOn(socket, called))
          socket.write(upgraded)
        } else socket.write(OFFER)
        waiting.change()
      }
    })
  })
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    heads,
    peers,
    async whenUpgraded(count) {
      await waiting.until(() => peers.length >= count)
      return peers
    },
    openSockets: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function peerOn(socket: Socket, called?: MultiplexSubgraphOptions['called']): Peer {
  const calls: FramedCall[] = []
  const others: string[] = []
  const waiting = new Waiting()
  const send = (bytes: Buffer): void => void socket.write(bytes)
  const peer: Peer = {
    socket,
    calls,
    others,
    whenCalled: (count) => waiting.until(() => calls.length >= count),
    whenTold: (other) => waiting.until(() => others.includes(other)),
    send: (call, kind, payload) => send(framed(call, kind, payload)),
    answer: (call, body, status) => send(framedAnswer(call, body, status)),
  }
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0)
      const [number, kind, payload] = [bytes.readUInt32BE(4), bytes.readUInt8(8), bytes.subarray(9, end)]
      bytes = bytes.subarray(end)
      if (kind !== KIND.call) others.push(`${kind} ${number}`)
      else {
        const start = 2 + payload.readUInt16BE(0)
        const call = { number, headers: payload.toString('latin1', 2, start), body: payload.toString('utf8', start) }
        calls.push(call)
        called?.(call, peer)
      }
      waiting.change()
    }
  })
  return peer
}
