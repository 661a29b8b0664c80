import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import type { Actor } from '../auth/actor.ts'
import { tokenExpired } from '../auth/refusals.ts'
import type { Clock } from '../clock.ts'
import { withCorrelation } from '../correlation.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { asGraphQLError } from './errors.ts'
import { EventStream } from './event-stream.ts'
import type { InFlight } from './in-flight.ts'
import { SERVER_REFUSALS, type ServerRefusalCode } from './refusals.ts'
import type { ContextFactory, RequestContext } from './request-info.ts'
import type { RequestTelemetry } from './request-telemetry.ts'

/** Who opened a stream, and under which correlation id. */
export class Subscriber {
  readonly actor: Actor
  readonly correlationId: string
  /** Whether to be told first where the stream begins: `extensions.startCursor: true` in the subscribe message. */
  readonly wantsStartCursor: boolean

  constructor(actor: Actor, correlationId: string, wantsStartCursor: boolean) {
    this.actor = actor
    this.correlationId = correlationId
    this.wantsStartCursor = wantsStartCursor
  }
}

export type SubscribeOptions<Context extends RequestContext> = {
  readonly context: ContextFactory<Context>
  readonly log: Log
  readonly clock: Clock
  /** The open streams of the process. */
  readonly open: InFlight
  readonly subscriptions_max: number
  readonly isDraining: () => boolean
  readonly telemetry: RequestTelemetry | undefined
}

type Stream = EventStream<unknown, ExecutionResult>

/**
 * graphql-js's `subscribe` with a fresh context for each event, an end when the token ends, and streams that are
 * counted. Never rejects: over graphql-ws that would close the socket, with the streams of everybody else on it.
 */
export function createSubscribe<Context extends RequestContext>(options: SubscribeOptions<Context>) {
  const { context, log, clock, open, subscriptions_max, isDraining, telemetry } = options

  async function openStream(args: ExecutionArgs, subscriber: Subscriber): Promise<Stream | ExecutionResult> {
    if (isDraining()) return refused('SERVICE_UNAVAILABLE')
    if (open.count >= subscriptions_max) return refused('TOO_MANY_SUBSCRIPTIONS')
    const close = open.begin()
    const left = new AbortController()
    const { actor, correlationId } = subscriber
    const newContext = async () => context({ actor, correlationId, log, signal: left.signal })
    try {
      const source = await createSourceEventStream({ ...args, contextValue: await newContext() })
      if (!(Symbol.asyncIterator in source)) {
        close()
        return withRequestFaults(source)
      }
      const start = subscriber.wantsStartCursor ? startOf(source) : undefined
      return new EventStream({
        source: correlated(beginningWith(start, source[Symbol.asyncIterator]()), correlationId, left),
        resultOf: (event) =>
          withCorrelation(correlationId, async () => {
            if (event instanceof StreamStart) return { data: null, extensions: { startCursor: event.cursor } }
            const run = async () => execute({ ...args, rootValue: event, contextValue: await newContext() })
            return telemetry === undefined ? run() : telemetry.event(correlationId, run)
          }),
        lastResult: () => (hasExpired(actor, clock) ? { errors: [tokenExpired()] } : undefined),
        failure: (error) => ({ errors: [asGraphQLError(error)] }),
        onClosed: close,
      })
    } catch (error) {
      close()
      return { errors: [asGraphQLError(error)] }
    }
  }

  return async (args: ExecutionArgs): Promise<Stream | ExecutionResult> => {
    const subscriber = args.contextValue
    if (!(subscriber instanceof Subscriber)) return { errors: [asGraphQLError(new TypeError('no subscriber'))] }
    return withCorrelation(subscriber.correlationId, () => openStream(args, subscriber))
  }
}

/** The first thing in a stream whose subscriber asked where it begins, and so can resume before any event has come. */
class StreamStart {
  readonly cursor: string

  constructor(cursor: string) {
    this.cursor = cursor
  }
}

/** Event sources that can be resumed, such as a `ResumableStream`, know it. */
function startOf(source: object): StreamStart | undefined {
  const cursor = 'startCursor' in source ? source.startCursor : undefined
  return typeof cursor === 'string' ? new StreamStart(cursor) : undefined
}

function beginningWith(start: StreamStart | undefined, source: AsyncIterator<unknown>): AsyncIterator<unknown> {
  if (start === undefined) return source
  let isFirst = true
  return {
    next() {
      if (!isFirst) return source.next()
      isFirst = false
      return Promise.resolve({ done: false, value: start })
    },
    return: () => source.return?.() ?? Promise.resolve({ done: true, value: undefined }),
  }
}

const refused = (code: ServerRefusalCode): ExecutionResult => ({ errors: [new Refusal(code, SERVER_REFUSALS[code])] })

const hasExpired = ({ expiresAt }: Actor, clock: Clock): boolean => expiresAt !== undefined && expiresAt <= clock()

/** Before there is a path, graphql-js can only have found fault with the variables; Apollo Server's code for that. */
function withRequestFaults(result: ExecutionResult): ExecutionResult {
  for (const error of result.errors ?? []) if (error.path === undefined) error.extensions.code ??= 'BAD_USER_INPUT'
  return result
}

/** Runs the source under the correlation id of its subscriber, and tells it by the signal when it was left. */
function correlated(source: AsyncIterator<unknown>, id: string, left: AbortController): AsyncIterator<unknown> {
  return {
    next: () => withCorrelation(id, () => source.next()),
    return: async () => {
      left.abort()
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
}
