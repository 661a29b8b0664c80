import type { GraphQLFormattedError } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'

/** One event as the subgraph sent it. */
export interface UpstreamEvent {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
  readonly extensions?: Record<string, unknown> | undefined
}

/** Whether a stream is begun, or one gone on with that was let go of: from its beginning on a subgraph is waited for. */
export type Opening = 'new' | 'continued'

/** Why a stream ended without the subgraph having said so. */
export type Loss =
  /** It never began: the subgraph could not be reached. */
  | 'unavailable'
  /** It had begun, and could not be taken up again without a gap, or not in time. */
  | 'lost'
  /** An event of it cannot be read, and broke its socket over and over. */
  | 'unreadable'

/** One stream of a subgraph, seen from its consumer. After `error`, `complete` or `gone` nothing more is called. */
export interface UpstreamSubscriber {
  /** The message that opens the stream, at its present position; asked for again after each reconnection. */
  payload(): SubscribePayload
  /** Whether `payload` continues the stream without a gap, now that it has begun. */
  resumable(): boolean
  /** The stream broke off, and will be opened again by `payload`. */
  interrupted(): void
  event(event: UpstreamEvent): void
  error(errors: readonly GraphQLFormattedError[]): void
  complete(): void
  gone(loss: Loss): void
}
