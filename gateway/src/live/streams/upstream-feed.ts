import type { Clock } from '@carriergraph/shared/clock.ts'
import type { GraphQLFormattedError } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { type GatewayCode, gatewayError } from '../../errors/codes.ts'
import type { RequestContext } from '../../request-context.ts'
import { forwardedHeaderRecord } from '../../subgraphs/forwarded-headers.ts'
import type { EventExecutor } from '../event-executor.ts'
import { EventQueue } from '../event-queue.ts'
import type { PreparedSubscription } from '../prepare.ts'
import type { ResumableStream } from '../resume.ts'
import type { Loss, Opening, UpstreamEvent, UpstreamSubscriber } from '../upstream-subscriber.ts'
import { whenExpired } from '../when-expired.ts'

/** A stream's consumer who says in whose name it is opened. */
export interface BearingSubscriber extends UpstreamSubscriber {
  readonly bearer: RequestContext
}

/** Where streams are opened; the function returned leaves the stream, at once. */
export interface StreamSource {
  /** Whether it has said in the log why a stream of it ended with an error. */
  readonly logsEndings?: boolean
  subscribe(subscriber: BearingSubscriber, kind?: Opening): () => void
}

/** What all who share a stream have in common. */
export interface StreamSubject {
  readonly prepared: PreparedSubscription
  /** How the stream can be taken up again; undefined when it cannot. */
  readonly resume: ResumableStream | undefined
  /** As a client sent them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly upstream: StreamSource
  /** Completes an event with the fields of other subgraphs. */
  readonly execute: EventExecutor
  /** Whether people of their own share it: then it is not opened in the name of one who has left. */
  readonly isAmongOthers?: boolean
}

export interface FeedListener {
  /** The stream begins at this cursor. */
  started(cursor: unknown): void
  /** It is opened again behind its last event: from here on it may be behind what happens now. */
  interrupted(): void
  /** Somebody whose token is still good, where `spent` are not; undefined when there is nobody. */
  nextBearer(spent: ReadonlySet<string | undefined>): RequestContext | undefined
}

export interface FeedEvent {
  readonly event: UpstreamEvent
  /** When it came, on the monotonic clock. */
  readonly arrived_ms: number
  /** The position behind this event; undefined when it carries none. */
  readonly cursor: unknown
}

const CODE_OF_LOSS: Readonly<Record<Loss, GatewayCode>> = {
  unavailable: 'SUBGRAPH_UNAVAILABLE',
  lost: 'UPSTREAM_LOST',
  unreadable: 'EVENT_UNREADABLE',
}

/** `complete`, or why the stream could not go on. */
export type StreamEnding = 'complete' | readonly GraphQLFormattedError[]

/**
 * The events of one subgraph's stream, one after the other. A lost subgraph is waited for and the stream taken up behind
 * the last event. A stream whose consumer falls behind, as each one does that resumes behind a long backlog, lets go of the
 * subgraph while its queue is full and goes on where the queue ends: graphql-ws has no other way to hold a sender back. A
 * stream that cannot be taken up again ends instead. When the token expires under which it was opened, and somebody else
 * listens as well, it is opened again under theirs.
 */
export class UpstreamFeed implements BearingSubscriber {
  readonly #subject: StreamSubject
  readonly #listener: FeedListener
  readonly #clock: Clock
  readonly #queue_max: number
  readonly #queue: EventQueue<FeedEvent, StreamEnding>
  /** Authorizations that the subgraph, or the clock, refused since the last event. */
  readonly #spent = new Set<string | undefined>()
  #bearer: RequestContext
  #forgetExpiry: () => void
  #leave: () => void
  #hasBearerLeft = false
  #isPaused = false
  /** Behind the last event that came: where the stream is resumed. */
  #received: unknown

  /** Subscribes at once; `after` undefined asks for what happens from now on. */
  constructor(
    subject: StreamSubject,
    after: unknown,
    bearer: RequestContext,
    options: {
      readonly kind: Opening
      readonly listener: FeedListener
      readonly clock: Clock
      readonly queue_max: number
    },
  ) {
    this.#subject = subject
    this.#listener = options.listener
    this.#clock = options.clock
    this.#queue_max = options.queue_max
    this.#queue = new EventQueue(options.queue_max)
    this.#received = after
    this.#bearer = bearer
    this.#forgetExpiry = this.#watchExpiry()
    this.#leave = subject.upstream.subscribe(this, options.kind)
  }

  get bearer(): RequestContext {
    return this.#bearer
  }

  get received(): unknown {
    return this.#received
  }

  /** Events that came and were not taken yet. */
  get waiting(): number {
    return this.#queue.size
  }

  /** For one consumer, which takes one event at a time. */
  take(): Promise<{ readonly value: FeedEvent } | { readonly ending: StreamEnding }> {
    if (this.#isPaused && this.#queue.size <= this.#queue_max / 2) {
      this.#isPaused = false
      this.#continue()
    }
    return this.#queue.take()
  }

  close(): void {
    this.#isPaused = false
    this.#forgetExpiry()
    this.#leave()
    this.#queue.abort('complete')
  }

  payload(): SubscribePayload {
    const { prepared, resume, variables } = this.#subject
    const { primary } = prepared.plan
    const used = Object.fromEntries(
      (primary.variableUsages ?? []).flatMap((name) =>
        Object.hasOwn(variables, name) ? [[name, variables[name]]] : [],
      ),
    )
    const isAfter = resume !== undefined && this.#received !== undefined
    return {
      query: resume?.operation ?? primary.operation,
      operationName: primary.operationName,
      variables: isAfter ? { ...used, [resume.afterVariable]: this.#received } : used,
      extensions: {
        headers: forwardedHeaderRecord(this.#bearer),
        ...(resume !== undefined && !isAfter && { startCursor: true }),
      },
    }
  }

  resumable(): boolean {
    return this.#subject.resume !== undefined && this.#received !== undefined
  }

  interrupted(): void {
    this.#listener.interrupted()
  }

  event(event: UpstreamEvent): void {
    const { resume } = this.#subject
    const start = startCursorOf(event)
    if (start !== undefined) {
      // The subgraph may not know either; behind nothing, it would go on from whatever is then.
      if (start === null || this.#received !== undefined) return
      this.#received = start
      this.#listener.started(start)
      if (this.#hasBearerLeft) this.bearerLeft()
      return
    }
    this.#spent.clear()
    const cursor = resume === undefined ? undefined : takeCursor(event, resume)
    if (this.#queue.push({ event, cursor, arrived_ms: performance.now() })) {
      this.#received = cursor ?? this.#received
      if (this.#hasBearerLeft) this.bearerLeft()
    } else if (this.resumable()) this.#pause()
    else {
      this.#leave()
      this.#queue.abort([gatewayError('SUBSCRIPTION_OVERFLOW').toJSON()])
    }
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    const isTokenRefused = errors.every(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
    if (!isTokenRefused || !this.#changeBearer()) this.#queue.end(errors.map((error) => this.#inClientsTerms(error)))
  }

  complete(): void {
    this.#queue.end('complete')
  }

  gone(loss: Loss): void {
    const extensions = { subgraph: this.#subject.prepared.plan.primary.serviceName }
    this.#queue.end([gatewayError(CODE_OF_LOSS[loss], { extensions }).toJSON()])
  }

  /** Whoever it is opened for has left: it goes on under another's token as soon as that is possible without a gap. */
  bearerLeft(): void {
    this.#hasBearerLeft = !this.#changeBearer()
  }

  /** False when the stream cannot be opened again, or nobody is left whose token is good. */
  #changeBearer(): boolean {
    if (!this.resumable()) return false
    this.#spent.add(this.#bearer.authorization)
    const next = this.#listener.nextBearer(this.#spent)
    if (next === undefined) return false
    this.#forgetExpiry()
    this.#bearer = next
    this.#hasBearerLeft = false
    this.#forgetExpiry = this.#watchExpiry()
    this.#listener.interrupted()
    if (this.#isPaused) return true
    this.#leave()
    this.#continue()
    return true
  }

  /** A client knows nothing of the variable that its position was put into. */
  #inClientsTerms(error: GraphQLFormattedError): GraphQLFormattedError {
    const variable = `Variable "$${this.#subject.resume?.afterVariable}"`
    return { ...error, message: error.message.replace(variable, () => 'The argument "after"') }
  }

  #pause(): void {
    this.#leave()
    this.#isPaused = true
    this.#listener.interrupted()
  }

  #continue(): void {
    this.#leave = this.#subject.upstream.subscribe(this, 'continued')
  }

  #watchExpiry(): () => void {
    return whenExpired(this.#bearer.actor, this.#clock, () => this.#changeBearer())
  }
}

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
