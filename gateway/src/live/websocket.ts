import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { handleProtocols } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import type { ClientAddress } from '../admission/client-address.ts'
import type { Gate } from '../admission/gate.ts'
import { clientNameOf } from '../degrade/client-name.ts'
import { retryAfterOf } from '../http/quota-headers.ts'
import { pathOf } from '../http/request-path.ts'
import { statusOf } from '../http/status.ts'
import type { HeaderReader } from '../subgraphs/forwarded-headers.ts'
import { countOne } from '../telemetry/counts.ts'
import { ClientSocket } from './client-socket.ts'
import { closeLabel } from './close-codes.ts'
import { Heartbeat } from './heartbeat.ts'
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts'

export interface WebSocketLimits {
  /** The largest message of a client; a larger one closes its socket with 1009. */
  readonly message_bytes_max: number
  readonly sockets_max: number
  /** A socket from which nothing, not even a pong, was heard for this long is taken for dead, unless it has much to read. */
  readonly silence_ms_max: number
  /** What a client that has much to read reads in half of that time at least. */
  readonly read_bytes_min: number
  /** Answers of queries and mutations that may wait for a client to read them. */
  readonly buffered_bytes_max: number
}

export interface WebSocketDoorOptions {
  readonly path: string
  /** Whether pages of this origin may connect; undefined: the client is no browser. */
  readonly allowOrigin: (origin: string | undefined) => boolean
  /** Counts requests for sockets as it counts others, and turns them away. */
  readonly gate: Gate
  readonly clientAddress: ClientAddress
  readonly readHeaders: HeaderReader
  readonly limits: WebSocketLimits
  /** Sets the socket's listener, or closes it. */
  readonly accept: (socket: ClientSocket) => void
  readonly onFault: (error: unknown) => void
}

export interface WebSocketDoor {
  /** For node:http's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many are open. */
  sockets(): number
  /** Requests for a socket by the status with which they were answered; 101 opened one. */
  readonly upgrades: ReadonlyMap<string, number>
  /** How many were closed, by code. */
  readonly closed: ReadonlyMap<string, number>
  /** Opens no more sockets, and tells those that are open that the server is going away (1001) once they are quiet. */
  goAway(): void
  /** Closes what is left. */
  close(): Promise<void>
}

const CLOSE_GRACE_MS = 1_000
/** When a client may look again whether another has left. */
const FULL_RETRY_S = 10

/** Takes WebSockets at one path, keeps them alive and finds the dead ones. */
export function createWebSocketDoor(options: WebSocketDoorOptions): WebSocketDoor {
  const { path, allowOrigin, gate, clientAddress, readHeaders, limits, accept, onFault } = options
  const server = new WebSocketServer({
    noServer: true,
    WebSocket: ClientSocket,
    handleProtocols,
    maxPayload: limits.message_bytes_max,
    perMessageDeflate: false,
  })
  const heartbeat = new Heartbeat<ClientSocket>(limits.silence_ms_max / 2, (socket) => socket.beat())
  const upgrades = new Map<string, number>()
  const closed = new Map<string, number>()
  const whenClosed = (code: number): void => countOne(closed, closeLabel(code))
  const { buffered_bytes_max, read_bytes_min } = limits
  const setting = { heartbeat, onFault, whenClosed, buffered_bytes_max, read_bytes_min }

  async function refusalOf(request: IncomingMessage): Promise<UpgradeRefusal | undefined> {
    if (pathOf(request) !== path) return { status: 404 }
    if (!allowOrigin(request.headers.origin)) return { status: 403 }
    const { refusal } = await gate.enter(clientAddress(request))
    if (refusal !== undefined) return { status: statusOf([refusal]) ?? 503, retryAfter_s: retryAfterOf(refusal) }
    return server.clients.size >= limits.sockets_max ? { status: 503, retryAfter_s: FULL_RETRY_S } : undefined
  }

  function open(request: IncomingMessage, wire: Duplex, head: Buffer): void {
    server.handleUpgrade(request, wire, head, (socket) => {
      countOne(upgrades, '101')
      const { headers } = request
      const client = {
        clientAddress: clientAddress(request),
        clientName: clientNameOf(headers),
        forwarded: readHeaders(headers),
      }
      socket.attach(wire, setting, client)
      accept(socket)
    })
  }

  async function admit(request: IncomingMessage, wire: Duplex, head: Buffer): Promise<void> {
    // Nobody else listens while it is waited for, and an error that nobody hears ends the process.
    wire.on('error', onFault)
    const refusal = await refusalOf(request)
    if (refusal === undefined) {
      wire.off('error', onFault)
      open(request, wire, head)
    } else {
      countOne(upgrades, String(refusal.status))
      refuseUpgrade(wire, refusal)
    }
  }

  return {
    upgrade(request, wire, head) {
      admit(request, wire, head).catch((error: unknown) => {
        onFault(error)
        wire.destroy()
      })
    },
    sockets: () => server.clients.size,
    closed,
    upgrades,
    goAway() {
      server.close()
      for (const client of server.clients) client.goAway()
    },
    async close() {
      heartbeat.stop()
      await sendAway(server.clients)
    },
  }
}

/** Tells clients that the server is going away, and breaks off with those who do not close in time. */
async function sendAway(clients: ReadonlySet<ClientSocket>): Promise<void> {
  for (const client of clients) client.closeWith('GOING_AWAY')
  const impatient = setTimeout(() => {
    for (const client of clients) client.terminate()
  }, CLOSE_GRACE_MS)
  await Promise.all([...clients].map((client) => new Promise((resolve) => client.once('close', resolve))))
  clearTimeout(impatient)
}
