import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Registry } from 'prom-client'
import { type ClaimedDelivery, claimDeliveries } from '../db/webhook-claims.ts'
import type { TenantVault } from '../vault/data-keys.ts'
import type { KeyProvider } from '../vault/keys/key-provider.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { bodyOf } from './body.ts'
import { webhookMetrics } from './metrics.ts'
import { recordAttempt } from './record-attempt.ts'
import { openSecret } from './secret.ts'
import { type AttemptResult, withoutAnswer } from './send/attempt-result.ts'
import { SEND_DEADLINE_MS, type WebhookTransport } from './send/send.ts'

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

export type WebhookSender = {
  start(): void
  /** Resolves when the tries in hand are recorded. */
  stop(): Promise<void>
  /** There may be something to send. */
  wake(): void
  /** Tries what is due once. Resolves with how many tries that were. */
  runOnce(): Promise<number>
}

/**
 * Sends deliveries that are due, of all tenants: claims them in a transaction, tries them in none, and records each result
 * in another. A process that dies in between has perhaps sent: the claim runs out and it is sent again, under the same id.
 */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { database, keys, transport, clock, log, registry, random = Math.random, schedule } = options
  const sending = new Set<Promise<void>>()
  const metrics = registry && webhookMetrics(registry, () => sending.size)
  let isStopping = false

  async function take(): Promise<number> {
    const free = SENDING_MAX - sending.size
    if (free <= 0 || isStopping) return 0
    const now = clock()
    const claimed = await claimDeliveries(database.system, {
      claim: randomUUID(),
      now,
      until: new Date(now.getTime() + CLAIM_MS),
      limit: free,
      ofEndpointMax: SENDING_OF_ENDPOINT_MAX,
    })
    for (const one of claimed) {
      const done = withCorrelation(one.event?.correlationId ?? one.delivery.id, () => attempt(one)).finally(() => {
        sending.delete(done)
        // The next of its subject, or of those for whom there was no room.
        loop.wake()
      })
      sending.add(done)
    }
    return claimed.length
  }

  async function attempt(claimed: ClaimedDelivery): Promise<void> {
    const { delivery } = claimed
    const about = { deliveryId: delivery.id, endpointId: delivery.endpointId, tenant: delivery.tenantId }
    try {
      const startedAt = clock()
      const result = await tryOnce(claimed, startedAt)
      const chance = [random(), random()] as const
      const now = clock()
      const consequences = await recordAttempt(database, claimed, { result, startedAt, now, random: chance, log })
      const duration_ms = now.getTime() - startedAt.getTime()
      const age_ms = now.getTime() - (claimed.event?.occurredAt ?? delivery.createdAt).getTime()
      metrics?.tried({ outcome: result.outcome, duration_ms, age_ms, consequences })
    } catch (error) {
      // The claim runs out and it is tried again. It must not end the others.
      log.error({ err: error, ...about }, 'could not try a webhook delivery, or record what came of it')
    }
  }

  async function tryOnce(claimed: ClaimedDelivery, now: Date): Promise<AttemptResult> {
    const { delivery, endpoint, event } = claimed
    if (event === null) return withoutAnswer('EVENT_MISSING')
    // Only a process that died without a word leaves more tries behind than there may be.
    if (delivery.attempts - delivery.attemptsBeforeReplay > ATTEMPTS_MAX) return withoutAnswer('LOST')
    const secrets = await secretsOf(claimed, now)
    if (secrets === undefined) return withoutAnswer('SECRET_UNREADABLE')
    return transport.send({
      url: endpoint.url,
      id: delivery.eventId,
      body: bodyOf(delivery, event),
      secrets,
      sentAt: now,
    })
  }

  /** The secrets to sign with, the current one first; undefined where that cannot be read. */
  async function secretsOf({ endpoint }: ClaimedDelivery, now: Date): Promise<Uint8Array[] | undefined> {
    const { tenantId: tenant, id, dataKeyId, sealedSecret, previousDataKeyId, previousSealedSecret } = endpoint
    if (dataKeyId === null || sealedSecret === null) return undefined
    const vault: TenantVault = { tenant, db: database.forTenant(tenant), keys }
    const current = await openSecret(vault, id, { dataKeyId, sealed: sealedSecret })
    if (!current.ok) {
      log.error({ endpointId: id, tenant, code: current.code }, 'the secret of a webhook endpoint cannot be read')
      return undefined
    }
    if (previousDataKeyId === null || previousSealedSecret === null || (endpoint.previousSecretUntil ?? now) <= now)
      return [current.value]
    const previous = await openSecret(vault, id, { dataKeyId: previousDataKeyId, sealed: previousSealedSecret })
    return previous.ok ? [current.value, previous.value] : [current.value]
  }

  const loop = new PollingLoop({
    name: 'sender of webhooks',
    interval_ms: SEND_INTERVAL_MS,
    log,
    schedule,
    async step() {
      await take()
      return 'idle'
    },
  })

  return {
    start: () => loop.start(),
    wake: () => loop.wake(),
    async runOnce() {
      const taken = await take()
      await Promise.all(sending)
      return taken
    },
    async stop() {
      isStopping = true
      await loop.stop()
      await Promise.all(sending)
      await transport.close()
    },
  }
}
