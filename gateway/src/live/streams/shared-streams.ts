import type { RequestContext } from '../../request-context.ts'
import type { PreparedSubscription } from '../prepare.ts'
import { EventRelay, eventsAsTheyCame } from './event-relay.ts'
import { eventSharingKey, sharingKey } from './sharing-key.ts'
import { StreamCounts } from './stream-counts.ts'
import { StreamGroup } from './stream-group.ts'
import type { StreamOptions } from './stream-options.ts'
import { type Subscriber, Subscription } from './subscription.ts'
import type { StreamSubject } from './upstream-feed.ts'

export interface SubscriptionRequest extends StreamSubject {
  /** Where the client wants to start; undefined when it wants what happens from now on. */
  readonly after: unknown
  readonly context: RequestContext
}

type Groups = Map<string, StreamGroup>

/** Every stream that the gateway has open, each once for all who may share it. */
export class SharedStreams {
  readonly counts = new StreamCounts()
  readonly #options: StreamOptions
  /** Of streams that others than clients read. */
  readonly #inner: StreamOptions
  readonly #groups = new WeakMap<PreparedSubscription, Groups>()

  constructor(options: Omit<StreamOptions, 'counts'>) {
    this.#options = { ...options, counts: this.counts }
    this.#inner = { ...options, counts: new StreamCounts(), published: undefined }
  }

  subscribe(request: SubscriptionRequest, subscriber: Subscriber): Subscription {
    const subscription = new Subscription(subscriber, request.context)
    const { resume, after } = request
    if (resume !== undefined) this.#groupOf(request).join(subscription, after)
    else if (after === undefined) this.#groupOf(request).join(subscription, undefined)
    // What was asked for from an earlier position on, and cannot be followed by cursors, cannot be joined half-way either.
    else new StreamGroup(request, this.#options, () => undefined).join(subscription, undefined)
    return subscription
  }

  #groupOf(request: SubscriptionRequest): StreamGroup {
    const { prepared, resume, context } = request
    const { [resume?.positionVariable ?? '']: _, ...variables } = request.variables
    const { dependence, plan } = prepared
    const eventKey = resume && dependence && eventSharingKey(variables, context, dependence)
    const key = sharingKey({ variables, context, isBoundToToken: resume === undefined })
    if (resume === undefined || eventKey === undefined) return this.#group(prepared, key, request, this.#options)
    const shared = { ...request, isAmongOthers: true }
    // Without fields of other subgraphs the events are the answers, and all who get the one get the other.
    if (plan.rest === undefined) return this.#group(prepared, eventKey, shared, this.#options)
    const events = { ...shared, execute: eventsAsTheyCame }
    const upstream = new EventRelay(resume, (reader, { bearer, after, kind }) => {
      const subscription = new Subscription(reader, bearer, kind)
      this.#group(prepared, eventKey, events, this.#inner).join(subscription, after)
      return subscription
    })
    return this.#group(prepared, key, { ...request, upstream }, this.#options)
  }

  #group(prepared: PreparedSubscription, key: string, subject: StreamSubject, options: StreamOptions): StreamGroup {
    const groups: Groups = this.#groups.get(prepared) ?? new Map()
    this.#groups.set(prepared, groups)
    const group = groups.get(key) ?? new StreamGroup(subject, options, () => groups.delete(key))
    groups.set(key, group)
    return group
  }
}
