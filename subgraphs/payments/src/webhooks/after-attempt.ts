import type { WebhookDeliveryRow } from '../db/tables/webhook-delivery.ts'
import type { WebhookEndpointRow } from '../db/tables/webhook-endpoint.ts'
import { ATTEMPTS_MAX, pauseAfter_ms, restAfter_ms } from './backoff.ts'
import type { AttemptOutcome, AttemptResult } from './send/attempt-result.ts'

/** From so many failures in a row on, a delivery that dies takes its endpoint out of service: the others would follow. */
export const PAUSE_AFTER_FAILURES = 20
/** 410: the receiver wants nothing more. */
const GONE = 410

/** The endpoint has nothing to do with these. */
const OWN_FAULTS: readonly AttemptOutcome[] = ['EVENT_MISSING', 'BODY_TOO_LARGE', 'SECRET_UNREADABLE', 'LOST']
/** Another try would end in the same way. */
const FINAL: readonly AttemptOutcome[] = ['EVENT_MISSING', 'BODY_TOO_LARGE', 'LOST']

export type Situation = {
  readonly result: AttemptResult
  /** Tries of the delivery since it was made or replayed, this one included. */
  readonly attempts: number
  readonly failuresInRow: number
  readonly restingUntil: Date | null
  readonly now: Date
  /** Two numbers from 0 to 1. */
  readonly random: readonly [number, number]
}

export type Consequences = {
  readonly delivery: Pick<WebhookDeliveryRow, 'status' | 'finishedAt'> & { readonly nextAttemptAt: Date | null }
  readonly endpoint: Pick<WebhookEndpointRow, 'failuresInRow' | 'restingUntil'>
  /** Why the endpoint is to be paused; undefined where it is not. */
  readonly pause: 'GONE' | 'FAILING' | undefined
}

/** What follows from a try, for the delivery and for its endpoint. */
export function afterAttempt(situation: Situation): Consequences {
  const { result, attempts, now, restingUntil } = situation
  const { outcome, httpStatus } = result
  if (outcome === 'DELIVERED')
    return {
      delivery: { status: 'DELIVERED', finishedAt: now, nextAttemptAt: null },
      endpoint: { failuresInRow: 0, restingUntil: null },
      pause: undefined,
    }
  const [ofDelivery, ofEndpoint] = situation.random
  const isOwnFault = OWN_FAULTS.includes(outcome)
  const failuresInRow = situation.failuresInRow + (isOwnFault ? 0 : 1)
  const rest_ms = isOwnFault ? 0 : restAfter_ms(failuresInRow, ofEndpoint, result.retryAfter_ms)
  const isDead = FINAL.includes(outcome) || attempts >= ATTEMPTS_MAX
  return {
    delivery: isDead
      ? { status: 'DEAD', finishedAt: now, nextAttemptAt: null }
      : { status: 'PENDING', finishedAt: null, nextAttemptAt: later(now, pauseAfter_ms(attempts, ofDelivery)) },
    endpoint: { failuresInRow, restingUntil: latest(restingUntil, rest_ms === 0 ? null : later(now, rest_ms)) },
    pause: pauseReason(httpStatus, isDead && !isOwnFault && failuresInRow >= PAUSE_AFTER_FAILURES),
  }
}

function pauseReason(httpStatus: number | null, isFailing: boolean): Consequences['pause'] {
  if (httpStatus === GONE) return 'GONE'
  return isFailing ? 'FAILING' : undefined
}

const later = (from: Date, by_ms: number): Date => new Date(from.getTime() + by_ms)

const latest = (a: Date | null, b: Date | null): Date | null => (a !== null && b !== null ? (a > b ? a : b) : (a ?? b))
