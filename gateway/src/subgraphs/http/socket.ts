import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import type { SubgraphAddress } from '../address.ts'

export interface SocketListener {
  /** Only now may anything be sent: over TLS, the other side is who it should be. */
  opened(): void
  /** @param input valid during the call only */
  read(input: Buffer): void
}

const KEEP_ALIVE_PROBE_MS = 60_000

/** Where the system puts what it reads, for all connections in turn: each takes what it needs before the next is read. */
const INPUT = Buffer.allocUnsafeSlow(65_536)

/** Connects to a subgraph. What else becomes of the socket, its events say. */
export function openSocket({ origin, socketPath }: SubgraphAddress, listener: SocketListener): Socket {
  const { protocol, hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS }
  const opened = (): void => listener.opened()
  if (protocol === 'https:') {
    const servername = isIP(host) ? '' : host
    const target = { host, port: Number(port || 443), servername, ALPNProtocols: ['http/1.1'] }
    return connectSecurely({ ...options, ...target }, opened).on('data', (input: Buffer) => listener.read(input))
  }
  const target = socketPath === undefined ? { host, port: Number(port || 80) } : { path: socketPath }
  const callback = (bytes: number): boolean => {
    listener.read(INPUT.subarray(0, bytes))
    return true
  }
  return connect({ ...options, ...target, onread: { buffer: INPUT, callback } }, opened)
}
