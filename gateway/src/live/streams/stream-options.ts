import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { FrameLogLimits } from './frame-log.ts'
import type { SharedStream } from './shared-stream.ts'
import type { StreamCounts } from './stream-counts.ts'

export interface StreamLimits {
  /** Events that may wait to be completed with the fields of other subgraphs. */
  readonly queue_max: number
  /** Events of a stream that are completed at a time. */
  readonly completing_max: number
  /** What is kept for a client that is behind; one that is further behind is ended. */
  readonly behind: FrameLogLimits
  /** What is kept when all have taken everything: for the one who comes back now and then. */
  readonly kept: FrameLogLimits
  /**
   * What is kept, for both, once somebody came back: after a crash all do, and each would replay alone what is not kept.
   * Not less than `behind`.
   */
  readonly returning: FrameLogLimits
  /** How long after one who came back others are expected. */
  readonly returning_ms: number
  /** How long a client may take nothing of what waits for it. */
  readonly stall_ms_max: number
}

export interface StreamOptions {
  readonly limits: StreamLimits
  readonly clock: Clock
  readonly log: Log
  readonly counts: StreamCounts
  /** Is told how long after its arrival an event was handed to all who keep up. */
  readonly published?: ((lag_ms: number) => void) | undefined
}

/** What a stream tells the group that it belongs to. */
export interface StreamNeighbours {
  /** All before frame `next` is out, and it ended at `cursor`. */
  reached(stream: SharedStream, cursor: unknown, next: number): void
  /** It cannot be joined behind `cursor` any more. */
  forgot(stream: SharedStream, cursor: unknown): void
  /** It may be behind what happens now. */
  fellBehind(stream: SharedStream): void
  /** It takes nobody in any more. */
  closed(stream: SharedStream): void
}
