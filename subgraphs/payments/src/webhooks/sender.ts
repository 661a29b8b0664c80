import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Registry } from 'prom-client'
import { type ClaimedDelivery, claimDeliveries } from '../db/webhook-claims.ts'
import type { KeyProvider } from '../vault/keys/key-provider.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { bodyOf } from './body.ts'
import { type WebhookMetrics, webhookMetrics } from './metrics.ts'
import { recordAttempt } from './record-attempt.ts'
import { type AttemptResult, withoutAnswer } from './send/attempt-result.ts'
import { SEND_DEADLINE_MS, type WebhookTransport } from './send/send.ts'
import { signingSecrets } from './signing-secrets.ts'

/** Tries of one process at one time. They wait for others far more than they work. */
export const SENDING_MAX = 32
/** Of one endpoint, so that a slow receiver leaves room for the others. */
export const SENDING_OF_ENDPOINT_MAX = 4
/** The net below the wake of new deliveries, and the grain of pauses. */
export const SEND_INTERVAL_MS = 1_000
/** A claim that is older was left by a process that died: several times what a try and its record may take. */
export const CLAIM_MS = 4 * SEND_DEADLINE_MS

export type SenderOptions = {
  readonly database: Database
  readonly keys: KeyProvider
  readonly transport: WebhookTransport
  readonly clock: Clock
  readonly log: Log
  /** Where its metrics are registered. */
  readonly registry?: Registry | undefined
  readonly random?: () => number
  readonly schedule?: Schedule
}

/**
 * Sends deliveries that are due, of all tenants: claims them in a transaction, tries them in none, and records each result
 * in another. A process that dies in between has perhaps sent: the claim runs out and it is sent again, under the same id.
 */
export class WebhookSender {
  readonly #options: SenderOptions
  readonly #random: () => number
  readonly #metrics: WebhookMetrics | undefined
  readonly #sending = new Set<Promise<void>>()
  readonly #loop: PollingLoop
  #isStopping = false

  constructor(options: SenderOptions) {
    const { log, registry, random = Math.random, schedule } = options
    this.#options = options
    this.#random = random
    this.#metrics = registry && webhookMetrics(registry, () => this.#sending.size)
    this.#loop = new PollingLoop({
      name: 'sender of webhooks',
      interval_ms: SEND_INTERVAL_MS,
      log,
      schedule,
      step: async () => {
        await this.#take()
        return 'idle'
      },
    })
  }

  start(): void {
    this.#loop.start()
  }

  /** There may be something to send. */
  wake(): void {
    this.#loop.wake()
  }

  /** Tries what is due once. Resolves with how many tries that were. */
  async runOnce(): Promise<number> {
    const taken = await this.#take()
    await Promise.all(this.#sending)
    return taken
  }

  /** Resolves when the tries in hand are recorded. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop.stop()
    await Promise.all(this.#sending)
    await this.#options.transport.close()
  }

  async #take(): Promise<number> {
    const { database, clock } = this.#options
    const free = SENDING_MAX - this.#sending.size
    if (free <= 0 || this.#isStopping) return 0
    const now = clock()
    const claimed = await claimDeliveries(database.system, {
      claim: randomUUID(),
      now,
      until: new Date(now.getTime() + CLAIM_MS),
      limit: free,
      ofEndpointMax: SENDING_OF_ENDPOINT_MAX,
    })
    for (const one of claimed) {
      const correlationId = one.event?.correlationId ?? one.delivery.id
      const done = withCorrelation(correlationId, () => this.#attempt(one)).finally(() => {
        this.#sending.delete(done)
        // The next of its subject, or of those for whom there was no room.
        this.#loop.wake()
      })
      this.#sending.add(done)
    }
    return claimed.length
  }

  async #attempt(claimed: ClaimedDelivery): Promise<void> {
    const { database, clock, log } = this.#options
    const { delivery } = claimed
    const about = { deliveryId: delivery.id, endpointId: delivery.endpointId, tenant: delivery.tenantId }
    try {
      const startedAt = clock()
      const result = await this.#tryOnce(claimed, startedAt)
      const chance = [this.#random(), this.#random()] as const
      const now = clock()
      const consequences = await recordAttempt(database, claimed, { result, startedAt, now, random: chance, log })
      const duration_ms = now.getTime() - startedAt.getTime()
      const age_ms = now.getTime() - (claimed.event?.occurredAt ?? delivery.createdAt).getTime()
      this.#metrics?.tried({ outcome: result.outcome, duration_ms, age_ms, consequences })
    } catch (error) {
      // The claim runs out and it is tried again. It must not end the others.
      log.error({ err: error, ...about }, 'could not try a webhook delivery, or record what came of it')
    }
  }

  async #tryOnce({ delivery, endpoint, event }: ClaimedDelivery, now: Date): Promise<AttemptResult> {
    if (event === null) return withoutAnswer('EVENT_MISSING')
    // Only a process that died without a word leaves more tries behind than there may be.
    if (delivery.attempts - delivery.attemptsBeforeReplay > ATTEMPTS_MAX) return withoutAnswer('LOST')
    const secrets = await signingSecrets(endpoint, now, this.#options)
    if (secrets === undefined) return withoutAnswer('SECRET_UNREADABLE')
    return this.#options.transport.send({
      url: endpoint.url,
      id: delivery.eventId,
      body: bodyOf(delivery, event),
      secrets,
      sentAt: now,
    })
  }
}
