import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { listen } from '@carriergraph/shared/server/listen.ts'

/**
 * Keeps a port at which nobody listens any more, so that connections to it go on being refused: a free one is soon given to
 * whatever another test starts. A connection from there holds it, until it is released or the process ends.
 */
export async function holdPort(port: number): Promise<() => Promise<void>> {
  const host = '127.0.0.1'
  const server = createServer()
  const accepted = once(server, 'connection')
  const held = connect({ host, port: await listen(server, 0, host), localAddress: host, localPort: port })
  const [[other]] = await Promise.all([accepted, once(held, 'connect')])
  for (const handle of [server, held, other]) handle.unref()
  // Told of the reset below.
  other.on('error', () => undefined)
  return async () => {
    server.close()
    // Not closed in order: that would keep the port for a minute from whoever had it.
    held.resetAndDestroy()
    await once(held, 'close')
  }
}
