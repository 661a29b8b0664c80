import type { Log } from '@carriergraph/shared/log.ts'
import type { Backoff } from './backoff.ts'
import type { UpstreamSocketLimits } from './upstream-socket.ts'

export interface UpstreamLimits extends UpstreamSocketLimits {
  readonly backoff: Backoff
  /** How long a resumable stream waits for its subgraph to come back. */
  readonly lost_ms_max: number
  /** How long a socket without streams is kept for the next one. */
  readonly idle_ms: number
}

/** Where to connect. */
export interface UpstreamTarget {
  /** ws:, wss: or ws+unix: */
  readonly url: string
  /** Of the upgrade; a signature counts once. */
  readonly headers: Readonly<Record<string, string>>
}

export interface UpstreamOptions {
  readonly subgraph: string
  /** Asked anew for every attempt. */
  readonly target: () => UpstreamTarget
  readonly limits: UpstreamLimits
  /** In [0, 1). */
  readonly random: () => number
  /** A monotonic clock, in ms. */
  readonly now: () => number
  readonly log: Pick<Log, 'info' | 'warn'>
}
