import type { UpstreamLane } from './upstream-lane.ts'
import type { UpstreamEvent, UpstreamSubscriber } from './upstream-subscriber.ts'

/** One stream of a subgraph. */
export interface UpstreamStream {
  readonly subscriber: UpstreamSubscriber
  /** Over whose socket it goes. */
  lane: UpstreamLane
  /** The subgraph was asked to open it, now or earlier: from then on it is waited for. */
  begun: boolean
  /** Its id on the present socket; undefined while it is not open there. */
  id: string | undefined
  /** Whether anything came for it under that id. */
  spoke: boolean
  /** How many sockets in a row a frame broke that cannot be read, while no other stream was on them. */
  unreadable: number
  /** Attempts that the subgraph failed since the last event, and when the first was, on the monotonic clock. */
  failures: number
  failing_ms: number
  /** What came first under that id, while nobody can say yet whether it refuses the stream. */
  held: UpstreamEvent | undefined
  /** Runs until it is asked for again, or until what is held is taken for an event. */
  timer: NodeJS.Timeout | undefined
}
