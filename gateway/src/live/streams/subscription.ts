import type { GraphQLFormattedError } from 'graphql'
import { presentError } from '../../errors/present.ts'
import type { RequestContext } from '../../request-context.ts'
import type { Opening } from '../upstream-subscriber.ts'
import type { Frame } from './frame.ts'
import type { SharedStream } from './shared-stream.ts'

/** The client's end of a subscription, in whichever protocol. After `complete` or `error` nothing more is called. */
export interface Subscriber {
  /** Takes an answer. False: it has taken it, and takes no more until it calls `drained` of its subscription. */
  next(frame: Frame): boolean
  /** Where the stream begins that was asked for "from now on", as soon as that is known and if nothing came before. */
  started?(cursor: unknown): void
  /** The stream had to be taken up again: what comes next may have happened a while ago. */
  interrupted?(): void
  complete(): void
  error(errors: readonly GraphQLFormattedError[], cause: ErrorCause): void
}

export type ErrorCause =
  /** The stream could not go on, or may not. */
  | 'stream'
  /** The client did not take what came. */
  | 'slow'

/** One client's place in a stream that it may share with others. */
export class Subscription {
  readonly subscriber: Subscriber
  readonly context: RequestContext
  /** How the stream is opened, where it has to be opened for this subscription. */
  readonly kind: Opening
  /** Where the client would resume: behind the last answer that was handed to it. */
  cursor: unknown
  /** The stream that it is in; undefined once it is over. */
  stream: SharedStream | undefined
  /** The number, in its stream, of the frame that it takes next. */
  next = 0
  /** Runs while the client takes nothing. */
  stallTimer: NodeJS.Timeout | undefined

  constructor(subscriber: Subscriber, context: RequestContext, kind: Opening = 'new') {
    this.subscriber = subscriber
    this.context = context
    this.kind = kind
  }

  /** Unless it begins somewhere already. */
  startAt(cursor: unknown): void {
    if (this.cursor !== undefined || cursor === undefined) return
    this.cursor = cursor
    this.subscriber.started?.(cursor)
  }

  /** The client left: nothing is wanted any more. */
  leave(): void {
    this.stream?.remove(this)
  }

  /** The client takes answers again. */
  drained(): void {
    this.stream?.drained(this)
  }

  /** Ends the subscription, for a reason of the gateway's own, with an error that carries the cursor to go on from. */
  terminate(error: GraphQLFormattedError, cause: ErrorCause = 'stream'): void {
    this.fail([error], cause)
  }

  fail(errors: readonly GraphQLFormattedError[], cause: ErrorCause): void {
    const { stream, cursor, context } = this
    if (stream === undefined) return
    this.leave()
    const told = errors.map((error) => endingError(error, cursor, context.correlationId))
    stream.counts.fail(told[0]?.extensions?.code)
    this.subscriber.error(told, cause)
  }
}

function endingError(error: GraphQLFormattedError, cursor: unknown, correlationId: string): GraphQLFormattedError {
  // The locations are those of a document that the client never saw.
  const { extensions, locations: _, ...rest } = presentError(error, correlationId)
  // The one refusal that the cursor itself is the reason of.
  const isUsable = cursor !== undefined && extensions?.code !== 'INVALID_CURSOR'
  return { ...rest, extensions: { ...extensions, ...(isUsable && { cursor }) } }
}
