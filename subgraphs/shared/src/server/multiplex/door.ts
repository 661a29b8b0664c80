import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { MULTIPLEX_PROTOCOL } from '../../multiplex/protocol.ts'
import { within } from '../in-flight.ts'
import { type CallHandling, MultiplexedCaller } from './caller.ts'

export type MultiplexDoor = {
  /** Takes over a connection whose upgrade was found to be signed. */
  accept(request: Pick<IncomingMessage, 'url'>, socket: Duplex, head: Buffer): void
  /** Tells all callers to send other calls elsewhere. */
  leave(): void
  /** Ends all connections; those whose callers have not taken what was answered after `ms_max` are broken off. */
  close(ms_max: number): Promise<void>
}

const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${MULTIPLEX_PROTOCOL}\r\n\r\n`

const KEEP_ALIVE_PROBE_MS = 60_000

/** Many calls at once on one connection, each answered when it is ready. */
export function createMultiplexDoor(handling: CallHandling): MultiplexDoor {
  const callers = new Map<Duplex, MultiplexedCaller>()
  return {
    accept({ url: path = '' }, socket, head) {
      // A caller whose machine is gone says nothing, and would be waited for as long as this process lives.
      if (socket instanceof Socket) socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
      socket.write(SWITCHING)
      const caller = new MultiplexedCaller({ ...handling, socket, path })
      callers.set(socket, caller)
      socket.once('close', () => callers.delete(socket))
      caller.receive(head)
    },
    leave() {
      for (const caller of callers.values()) caller.leave()
    },
    async close(ms_max) {
      const closed = [...callers.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      for (const caller of callers.values()) caller.end()
      await within(Promise.all(closed), ms_max)
      for (const caller of callers.values()) caller.destroy()
    },
  }
}
