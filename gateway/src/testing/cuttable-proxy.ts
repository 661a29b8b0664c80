import { connect, createServer, type Socket } from 'node:net'
import { listen } from '@carriergraph/shared/server/listen.ts'

/** A network between a client and the gateway that the test can cut. */
export interface CuttableProxy {
  /** The gateway's URL by way of this proxy. */
  readonly url: string
  /** Breaks every connection; new ones are let through. */
  cut(): void
  close(): Promise<void>
}

export async function startCuttableProxy(target: string): Promise<CuttableProxy> {
  const { port, hostname, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('close', () => sockets.delete(from))
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  const ownPort = await listen(server, 0, '127.0.0.1')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${ownPort}${pathname}`,
    cut,
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
