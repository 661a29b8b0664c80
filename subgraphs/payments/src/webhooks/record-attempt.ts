import type { Database, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { WebhookDeliveryRow } from '../db/tables/webhook-delivery.ts'
import type { WebhookEndpointRow } from '../db/tables/webhook-endpoint.ts'
import { type ClaimedDelivery, insertWebhookAttempt, lockClaimed, releaseDelivery } from '../db/webhook-claims.ts'
import { changeWebhookEndpoint, lockWebhookEndpoint, noteEndpointHealth } from '../db/webhook-endpoints.ts'
import { afterAttempt, type Consequences } from './after-attempt.ts'
import type { AttemptResult } from './send/attempt-result.ts'
import { deadEvent, endpointEvent } from './webhook-event.ts'

/** Who sends, as the journal names it. */
const ACTOR = 'svc:payments'

type Tried = {
  readonly result: AttemptResult
  readonly startedAt: Date
  readonly now: Date
  readonly random: readonly [number, number]
  readonly log: Log
}

/**
 * Writes down what came of a try, in one transaction: the attempt, what becomes of the delivery and of its endpoint, and
 * the events of both. Undefined, and nothing, where the claim has run out meanwhile: whoever has the delivery now says what
 * became of it.
 */
export async function recordAttempt(
  database: Database,
  { delivery: { id, tenantId, endpointId, claim }, event }: ClaimedDelivery,
  { result, startedAt, now, random, log }: Tried,
): Promise<Consequences | undefined> {
  const provenance: Provenance = { actor: ACTOR, correlationId: event?.correlationId ?? id, now }
  const about = { deliveryId: id, endpointId, tenant: tenantId, outcome: result.outcome, status: result.httpStatus }
  const consequences = await inTransaction(database.forTenant(tenantId), async (tx) => {
    // The endpoint first, as whoever changes or replays does: otherwise two could wait for one another.
    const endpoint = await lockWebhookEndpoint(tx, endpointId)
    const delivery = claim === null ? undefined : await lockClaimed(tx, id, claim)
    if (delivery === undefined) return undefined
    const { outcome, httpStatus, responseExcerpt } = result
    await insertWebhookAttempt(tx, {
      deliveryId: id,
      number: delivery.attempts,
      startedAt,
      duration_ms: Math.max(0, now.getTime() - startedAt.getTime()),
      outcome,
      httpStatus,
      responseExcerpt,
    })
    const consequences = afterAttempt({
      result,
      attempts: delivery.attempts - delivery.attemptsBeforeReplay,
      failuresInRow: endpoint?.failuresInRow ?? 0,
      restingUntil: endpoint?.restingUntil ?? null,
      now,
      random,
    })
    await settleDelivery(tx, delivery, { consequences, result, isGone: endpoint === undefined }, provenance)
    if (endpoint !== undefined) await settleEndpoint(tx, endpoint, consequences, provenance)
    return consequences
  })
  if (consequences === undefined) log.info(about, 'a webhook delivery took longer than its claim')
  else if (consequences.delivery.status === 'DEAD')
    log.error(about, 'a webhook delivery is dead; replay it when its receiver is well')
  else if (result.outcome !== 'DELIVERED') log.info(about, 'a webhook delivery failed; it will be tried again')
  if (consequences?.pause !== undefined)
    log.error({ ...about, reason: consequences.pause }, 'a webhook endpoint is paused')
  return consequences
}

async function settleDelivery(
  tx: Tx,
  delivery: WebhookDeliveryRow,
  { consequences, result, isGone }: { consequences: Consequences; result: AttemptResult; isGone: boolean },
  provenance: Provenance,
): Promise<void> {
  const { status, finishedAt, nextAttemptAt } = consequences.delivery
  // Nobody is left to send it to again.
  const isCancelled = isGone && status === 'PENDING'
  const isDead = status === 'DEAD'
  const version = delivery.version + (isDead ? 1 : 0)
  await releaseDelivery(tx, delivery.id, {
    status: isCancelled ? 'CANCELLED' : status,
    finishedAt: isCancelled ? provenance.now : finishedAt,
    nextAttemptAt: nextAttemptAt ?? delivery.nextAttemptAt,
    version,
  })
  if (isDead) await appendToJournal(tx, deadEvent(delivery, { version, ...result }, provenance))
}

async function settleEndpoint(
  tx: Tx,
  before: WebhookEndpointRow,
  { endpoint: health, pause }: Consequences,
  provenance: Provenance,
): Promise<void> {
  if (pause !== undefined && before.status === 'ACTIVE') {
    const change = { ...health, status: 'PAUSED', pauseReason: pause } as const
    const paused = await changeWebhookEndpoint(tx, before.id, change)
    await appendToJournal(tx, endpointEvent('webhook_endpoint.paused', paused, provenance))
  } else if (health.failuresInRow !== before.failuresInRow || health.restingUntil !== before.restingUntil)
    await noteEndpointHealth(tx, before.id, health)
}
