import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { listen } from '@carriergraph/shared/server/listen.ts'

const HOST = '127.0.0.1'

/** A port that nobody listens at and nobody else gets: a free one is soon given to whatever another test starts. */
export interface HeldPort {
  release(): Promise<void>
}

/**
 * Holds the port of whom `leave` makes stop listening there, until it is released or the process ends: connections to it are
 * refused. A connection from there does it.
 */
export async function holdPort(port: number, leave: () => unknown): Promise<HeldPort> {
  const server = createServer()
  // Had before the port is free, which might be given to it.
  const other = await listen(server, 0, HOST)
  server.unref()
  await leave()
  const held = connect({ host: HOST, port: other, localAddress: HOST, localPort: port }).unref()
  server.on('connection', (end) => end.unref().on('error', () => undefined))
  await once(held, 'connect')
  return {
    async release() {
      server.close()
      // Not closed in order: that would keep the port for a minute from whoever had it.
      held.resetAndDestroy()
      await once(held, 'close')
    },
  }
}

/** Closes a server for good: nobody is at its port from then on. */
export async function closeForGood(server: Server, port: number): Promise<void> {
  const closed = once(server, 'close')
  await holdPort(port, () => {
    server.close()
  })
  await closed
}
