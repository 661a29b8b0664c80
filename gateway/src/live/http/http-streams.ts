import type { IncomingMessage, ServerResponse } from 'node:http'
import { tokenExpired } from '@carriergraph/shared/auth/refusals.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { gatewayError } from '../../errors/codes.ts'
import type { OperationRequest } from '../../graph/operation-request.ts'
import type { RequestContext } from '../../request-context.ts'
import { Heartbeat } from '../heartbeat.ts'
import type { LiveOperations } from '../operations.ts'
import { startOperation } from '../start-operation.ts'
import { whenExpired } from '../when-expired.ts'
import { HttpStream } from './http-stream.ts'
import { cursorIn } from './sse.ts'
import type { StreamForm } from './stream-form.ts'

export interface HttpStreamLimits {
  readonly streams_max: number
  readonly heartbeat_ms: number
  /** How long a connection may be silent before the operating system asks whether its other end is still there. */
  readonly keep_alive_ms: number
}

export interface HttpStreamsOptions {
  readonly operations: LiveOperations
  /** Whether pages of this origin may read streams; undefined: the client is no browser. */
  readonly allowOrigin: (origin: string | undefined) => boolean
  readonly limits: HttpStreamLimits
  readonly clock: Clock
  readonly log: Log
}

/** Operations whose answers are streamed in the response of a request. */
export interface HttpStreams {
  /**
   * Answers a request by a stream, unless its client has left. `operation` may throw what is wrong with it: in a stream even
   * that is told.
   * @throws Refusal when the stream may not be opened at all
   */
  open(
    request: IncomingMessage,
    response: ServerResponse,
    form: StreamForm,
    operation: () => OperationRequest,
    context: RequestContext,
  ): void
  /** Opens no more streams, and ends those of events, with their cursors; what is only to be answered is. */
  goAway(): void
  /** Breaks off what is left. */
  close(): void
}

export function createHttpStreams({ operations, allowOrigin, limits, clock, log }: HttpStreamsOptions): HttpStreams {
  const streams = new Set<HttpStream>()
  const heartbeat = new Heartbeat<HttpStream>(limits.heartbeat_ms, (stream) => stream.beat())
  let isGoingAway = false
  return {
    open(request, response, form, operation, context) {
      // Who left while the request was looked at would never be heard to leave.
      if (request.socket.destroyed) return
      if (!allowOrigin(request.headers.origin))
        throw new Refusal('FORBIDDEN', 'Pages of this origin may not read here.')
      if (isGoingAway) throw gatewayError('GOING_AWAY')
      if (streams.size >= limits.streams_max)
        throw new Refusal('SERVICE_UNAVAILABLE', 'There are as many streams open as there may be. Try again later.')
      request.socket.setKeepAlive(true, limits.keep_alive_ms)
      const stream = new HttpStream(response, form)
      streams.add(stream)
      heartbeat.add(stream)
      let isExpired = false
      const forgetExpiry = whenExpired(context.actor, clock, () => {
        isExpired = true
        stream.subscription?.terminate(tokenExpired().toJSON())
      })
      response.once('close', () => {
        streams.delete(stream)
        heartbeat.delete(stream)
        forgetExpiry()
      })
      void startOperation(stream, operation, context, {
        operations,
        log,
        isExpired: () => isExpired,
        position: cursorIn(request.headers['last-event-id']),
      })
    },
    goAway() {
      isGoingAway = true
      for (const { subscription } of streams) subscription?.terminate(gatewayError('GOING_AWAY').toJSON())
    },
    close() {
      heartbeat.stop()
      // What has ended may still be on its way.
      for (const stream of streams) if (!stream.isOver) stream.abandon()
    },
  }
}
