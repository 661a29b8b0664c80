import { connect, createServer, type Socket } from 'node:net'
import { listen } from '../server/listen.ts'

/** A TCP connection in between, that can lose packets as a network does: no side is told. */
export type TcpProxy = AsyncDisposable & {
  readonly port: number
  /** From now on nothing arrives on either side of the connections there are, and they stay open. */
  swallow(): void
  /** From now on nothing of the server's arrives once the client has sent `text`; until then all does. */
  swallowAfter(text: string): void
  /** New connections work; those that lost something stay as they are. */
  heal(): void
  /** What clients have sent so far, of all connections. */
  sent(): string
}

/** Forwards `127.0.0.1:port` to another address. */
export async function openTcpProxy(to: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const chunks: Buffer[] = []
  let isSwallowing = false
  let trigger: string | undefined

  const server = createServer((client) => {
    const upstream = connect(to)
    let isLost = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (bytes) => {
      chunks.push(bytes)
      if (trigger !== undefined && bytes.includes(trigger)) isSwallowing = true
      isLost ||= isSwallowing
      if (!isLost) upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      isLost ||= isSwallowing
      if (!isLost) client.write(bytes)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  const port = await listen(server, 0, '127.0.0.1')
  return {
    port,
    swallow() {
      isSwallowing = true
    },
    swallowAfter(text) {
      trigger = text
    },
    heal() {
      isSwallowing = false
      trigger = undefined
    },
    sent: () => Buffer.concat(chunks).toString('latin1'),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
