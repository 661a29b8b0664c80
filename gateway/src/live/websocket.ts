import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'

export interface WebSocketLimits {
  /** The largest message of a client; a larger one closes its socket with 1009. */
  readonly message_bytes_max: number
  readonly sockets_max: number
  /** A socket from which nothing, not even a pong, was heard for this long is taken for dead. */
  readonly silence_ms_max: number
}

/** One open socket, in the form that graphql-ws's server takes. */
export interface AcceptedSocket {
  readonly socket: {
    readonly protocol: string
    /** Resolves when the operating system took the message over, which a slow reader delays. */
    send(data: string): Promise<void>
    close(code: number, reason: string): void
    onMessage(listener: (data: string) => Promise<void>): void
  }
  whenClosed(listener: (code: number, reason: string) => void): void
}

export interface WebSocketDoorOptions {
  readonly path: string
  /** Whether pages of this origin may connect; undefined: the client is no browser. */
  readonly allowOrigin: (origin: string | undefined) => boolean
  readonly limits: WebSocketLimits
  readonly accept: (socket: AcceptedSocket) => void
  readonly onFault: (error: unknown) => void
}

export interface WebSocketDoor {
  /** For node:http's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many are open. */
  sockets(): number
  /** Tells every client that the server is going away (1001). */
  close(): Promise<void>
}

const CLOSE_GRACE_MS = 1_000

/** Takes WebSockets at one path, keeps them alive and finds the dead ones. */
export function createWebSocketDoor(options: WebSocketDoorOptions): WebSocketDoor {
  const { path, allowOrigin, limits, accept, onFault } = options
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: limits.message_bytes_max,
    perMessageDeflate: false,
  })

  function refusalOf(request: IncomingMessage): string | undefined {
    if (pathOf(request) !== path) return '404 Not Found'
    if (!allowOrigin(request.headers.origin)) return '403 Forbidden'
    return server.clients.size >= limits.sockets_max ? '503 Service Unavailable' : undefined
  }

  function keepAlive(socket: WebSocket): void {
    let heard = true
    const hear = (): void => {
      heard = true
    }
    socket.on('pong', hear)
    socket.on('message', hear)
    const heartbeat = setInterval(() => {
      if (!heard) return socket.terminate()
      heard = false
      socket.ping()
    }, limits.silence_ms_max / 2)
    socket.once('close', () => clearInterval(heartbeat))
  }

  return {
    upgrade(request, socket, head) {
      const refusal = refusalOf(request)
      if (refusal !== undefined) {
        socket.on('error', onFault)
        // A stranger who keeps his side open would hold the socket, and the shutdown with it.
        socket.once('finish', () => socket.destroy())
        socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
        return
      }
      server.handleUpgrade(request, socket, head, (accepted) => {
        keepAlive(accepted)
        accept(adapt(accepted, onFault))
      })
    },
    sockets: () => server.clients.size,
    async close() {
      server.close()
      for (const client of server.clients) client.close(1001, 'Going away')
      const impatient = setTimeout(() => {
        for (const client of server.clients) client.terminate()
      }, CLOSE_GRACE_MS)
      await Promise.all([...server.clients].map((client) => new Promise((resolve) => client.once('close', resolve))))
      clearTimeout(impatient)
    },
  }
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? ''

function adapt(socket: WebSocket, onFault: (error: unknown) => void): AcceptedSocket {
  const fail = (error: unknown): void => {
    onFault(error)
    socket.close(1011, 'Internal server error')
  }
  // Such as a message over the limit; ws closes the socket itself, with the right code.
  socket.on('error', onFault)
  return {
    socket: {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve, reject) => {
          // A socket that closes under way is not worth an error: `whenClosed` follows and ends all that it had open.
          if (socket.readyState !== socket.OPEN) return resolve()
          socket.send(data, (error) => (error ? reject(error) : resolve()))
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (listener) => {
        socket.on('message', (data) => {
          listener(String(data)).catch(fail)
        })
      },
    },
    whenClosed: (listener) => {
      socket.once('close', (code, reason) => listener(code, String(reason)))
    },
  }
}
