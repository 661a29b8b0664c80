import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { gatewayError } from '../errors/codes.ts'
import { presentError } from '../errors/present.ts'
import { PresentedError } from '../errors/presented-error.ts'
import { forwardedHeaders, type RequestContext } from '../request-context.ts'
import type { EventExecutor } from './event-executor.ts'
import { EventQueue } from './event-queue.ts'
import type { PreparedSubscription } from './prepare.ts'
import type { ResumableStream } from './resume.ts'
import { StreamError } from './stream-error.ts'
import type { Loss, Upstream, UpstreamEvent, UpstreamSubscriber } from './upstream.ts'

export interface LiveSubscriptionOptions {
  readonly prepared: PreparedSubscription
  /** How this subscriber's stream can be taken up again; undefined when it cannot. */
  readonly resume: ResumableStream | undefined
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The `after` of the client; undefined when it asked for what happens from now on. */
  readonly after: unknown
  readonly context: RequestContext
  readonly upstream: Upstream
  readonly execute: EventExecutor
  readonly limits: SubscriberLimits
}

export interface SubscriberLimits {
  /** Events that may wait for one subscriber; each is held in memory until its client took the one before it. */
  readonly queue_max: number
  /** How long a subscriber whose queue is full may take nothing before it is ended. */
  readonly stall_ms_max: number
}

interface QueuedEvent {
  readonly event: UpstreamEvent
  /** The position behind this event; undefined when it carries none. */
  readonly cursor: unknown
}

/**
 * One client's subscription: takes the events of one subgraph's stream, completes each with the fields of the other
 * subgraphs, and hands them out one at a time and in order. A lost subgraph is waited for and the stream taken up
 * behind the last event; the client sees nothing of it. When the subscription must end otherwise than by the
 * subgraph's `complete`, it throws a StreamError whose errors carry the cursor of the last event handed out.
 *
 * A subscriber that falls behind, as each one does that resumes behind a long backlog, lets go of the subgraph's stream
 * while its queue is full and takes it up again where the queue ends: graphql-ws has no other way to hold a sender back.
 * Where that cannot be done without a gap, or the client takes nothing at all, it ends with SUBSCRIPTION_OVERFLOW.
 */
export class LiveSubscription implements AsyncIterableIterator<ExecutionResult>, UpstreamSubscriber {
  readonly #options: LiveSubscriptionOptions
  readonly #queue: EventQueue<QueuedEvent>
  /** Rejects the answer that is being waited for, if one is. */
  #refuse: ((error: Error) => void) | undefined
  #leave: () => void
  #isPaused = false
  #isOver = false
  #stallTimer: NodeJS.Timeout | undefined
  /** Behind the last event that came from the subgraph: where the stream is resumed. */
  #received: unknown
  /** Behind the last event that was handed out: where the client would resume. */
  #delivered: unknown

  /** Subscribes at once. */
  constructor(options: LiveSubscriptionOptions) {
    this.#options = options
    this.#queue = new EventQueue(options.limits.queue_max)
    this.#received = options.after
    this.#delivered = options.after
    this.#leave = options.upstream.subscribe(this)
  }

  /** Ends the subscription now with this error, for a reason of the gateway's own. */
  terminate(error: GraphQLFormattedError): void {
    const ending = this.#ending([error])
    this.#queue.abort(() => ending)
    this.#refuse?.(ending)
    this.#letGo()
  }

  // The subgraph's side.

  payload(): SubscribePayload {
    const { prepared, resume, variables, context } = this.#options
    const { primary } = prepared.plan
    const used = Object.fromEntries(
      (primary.variableUsages ?? []).flatMap((name) => (name in variables ? [[name, variables[name]]] : [])),
    )
    const after = resume !== undefined && this.#received !== undefined
    return {
      query: resume?.operation ?? primary.operation,
      operationName: primary.operationName,
      variables: after ? { ...used, [resume.afterVariable]: this.#received } : used,
      extensions: { headers: forwardedHeaders(context), ...(resume !== undefined && !after && { startCursor: true }) },
    }
  }

  resumable(): boolean {
    return this.#options.resume !== undefined && this.#received !== undefined
  }

  event(event: UpstreamEvent): void {
    const { resume } = this.#options
    const start = startCursorOf(event)
    if (start !== undefined) {
      this.#received ??= start
      this.#delivered ??= start
      return
    }
    const cursor = resume === undefined ? undefined : takeCursor(event, resume)
    if (this.#queue.push({ event, cursor })) this.#received = cursor ?? this.#received
    else if (this.resumable()) this.#pause()
    else this.#overflow()
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    this.#queue.fail(() => this.#ending(errors))
  }

  complete(): void {
    this.#queue.end()
  }

  gone(loss: Loss): void {
    const extensions = { subgraph: this.#options.prepared.plan.primary.serviceName }
    const error = gatewayError(loss === 'lost' ? 'UPSTREAM_LOST' : 'SUBGRAPH_UNAVAILABLE', { extensions })
    this.#queue.fail(() => this.#ending([error.toJSON()]))
  }

  // The client's side.

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<ExecutionResult, undefined>>()
    this.#refuse = reject
    this.#answer().then(resolve, (error: unknown) => {
      // Whoever iterates does not call `return` on an iterator that threw.
      this.#letGo()
      reject(error)
    })
    return promise
  }

  /** The client left: nothing more is wanted of the subgraph from here on. */
  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#queue.close()
    this.#letGo()
    return OVER
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #answer(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const taken = await this.#queue.take()
    if (taken.done) return OVER
    if (this.#isPaused && !this.#isOver) this.#proceed()
    const { event, cursor } = taken.value
    const { prepared, variables, context, execute } = this.#options
    const result = await execute(prepared, variables, event, context)
    if (this.#isOver) return OVER
    this.#delivered = cursor ?? this.#delivered
    return { done: false, value: presented(result, context) }
  }

  #pause(): void {
    this.#leave()
    this.#isPaused = true
    this.#armStall()
  }

  #proceed(): void {
    this.#armStall()
    if (this.#queue.size > this.#options.limits.queue_max / 2) return
    clearTimeout(this.#stallTimer)
    this.#isPaused = false
    this.#leave = this.#options.upstream.subscribe(this, 'continued')
  }

  #armStall(): void {
    clearTimeout(this.#stallTimer)
    this.#stallTimer = setTimeout(() => this.#overflow(), this.#options.limits.stall_ms_max)
  }

  #overflow(): void {
    this.terminate(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON())
  }

  /** Nothing is handed out any more, and nothing of the subgraph or the clock is held. */
  #letGo(): void {
    this.#isOver = true
    clearTimeout(this.#stallTimer)
    this.#leave()
  }

  #ending(errors: readonly GraphQLFormattedError[]): StreamError {
    return new StreamError(
      errors.map((error) => {
        // The locations are those of a document that the client never saw.
        const { extensions, locations: _, ...rest } = presentError(error, this.#options.context.correlationId)
        // The one refusal that the cursor itself is the reason of.
        const isUsable = this.#delivered !== undefined && extensions?.code !== 'INVALID_CURSOR'
        return { ...rest, extensions: { ...extensions, ...(isUsable && { cursor: this.#delivered }) } }
      }),
    )
  }
}

const OVER = { done: true, value: undefined } as const

/**
 * Where a stream that was asked for "from now on" begins. A subgraph that knows says so in a first frame without data,
 * when the subscribe message asks for it (`extensions.startCursor: true`): until the first event comes, nothing else
 * could tell the gateway from where to resume.
 */
function startCursorOf({ data, errors, extensions }: UpstreamEvent): unknown {
  return data === null && errors === undefined ? extensions?.startCursor : undefined
}

/** The cursor of an event, which the client may not have asked for: reads it, and takes it out of the event. */
function takeCursor({ data }: UpstreamEvent, { responseName, cursorAlias }: ResumableStream): unknown {
  const payload = data?.[responseName]
  if (typeof payload !== 'object' || payload === null || !(cursorAlias in payload)) return undefined
  const { [cursorAlias]: cursor, ...visible } = payload as Record<string, unknown>
  if (data) data[responseName] = visible
  return cursor ?? undefined
}

function presented({ errors, ...rest }: ExecutionResult, { correlationId }: RequestContext): ExecutionResult {
  if (errors === undefined) return rest
  return { ...rest, errors: errors.map((error) => new PresentedError(presentError(error.toJSON(), correlationId))) }
}
