import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** Why a socket is not opened, as HTTP says it. */
export interface UpgradeRefusal {
  readonly status: number
  /** When the client may try again. */
  readonly retryAfter_s?: number | undefined
}

/** Answers an upgrade by a refusal, and lets go of its connection. */
export function refuseUpgrade(wire: Duplex, { status, retryAfter_s }: UpgradeRefusal): void {
  // A stranger who keeps his side open would hold the socket, and the shutdown with it.
  wire.once('finish', () => wire.destroy())
  const retry = retryAfter_s === undefined ? '' : `retry-after: ${retryAfter_s}\r\n`
  wire.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`)
}
