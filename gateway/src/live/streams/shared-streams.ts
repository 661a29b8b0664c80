import type { RequestContext } from '../../request-context.ts'
import type { PreparedSubscription } from '../prepare.ts'
import { sharingKey } from './sharing-key.ts'
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

/** Every stream that the gateway has open, each once for all who may share it. */
export class SharedStreams {
  readonly counts = new StreamCounts()
  readonly #options: StreamOptions
  readonly #groups = new WeakMap<PreparedSubscription, Map<string, StreamGroup>>()

  constructor(options: Omit<StreamOptions, 'counts'>) {
    this.#options = { ...options, counts: this.counts }
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
    const groups = this.#groups.get(prepared) ?? new Map<string, StreamGroup>()
    this.#groups.set(prepared, groups)
    const { [resume?.positionVariable ?? '']: _, ...variables } = request.variables
    const key = sharingKey({ variables, context, isBoundToToken: resume === undefined })
    const group = groups.get(key) ?? new StreamGroup(request, this.#options, () => groups.delete(key))
    groups.set(key, group)
    return group
  }
}
