import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Consequences } from './after-attempt.ts'
import type { AttemptOutcome } from './send/attempt-result.ts'

/** One try of a delivery, and what came of it. */
export type WebhookTry = {
  readonly outcome: AttemptOutcome
  readonly duration_ms: number
  /** From the event to the end of the try. */
  readonly age_ms: number
  /** Undefined where the claim had run out, so that another process says. */
  readonly consequences: Consequences | undefined
}

export type WebhookMetrics = {
  tried(one: WebhookTry): void
}

/** To SEND_DEADLINE_MS. */
const TRY_BUCKETS_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]
/** From a first try that is taken, over the pauses of `backoff.ts`, to the last try after two days. */
const AGE_BUCKETS_S = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200, 172_800]

/**
 * What the sender of webhooks counts. No endpoint is a label: there may be twenty of every tenant, and the graph tells
 * what becomes of each.
 */
export function webhookMetrics(registry: Registry, openTries: () => number): WebhookMetrics {
  const registers = [registry]
  const tries = new Histogram({
    name: 'webhook_try_duration_seconds',
    help: 'Tries of deliveries, from the look-up of the name to the status of the answer, by how they ended.',
    labelNames: ['outcome'],
    buckets: TRY_BUCKETS_S,
    registers,
  })
  const finished = new Counter({
    name: 'webhook_deliveries_finished_total',
    help: 'Deliveries that came to their end in a try: DELIVERED, DEAD.',
    labelNames: ['status'],
    registers,
  })
  const ages = new Histogram({
    name: 'webhook_delivery_age_seconds',
    help: 'From an event to the moment in which its receiver had taken it, pauses and replays included.',
    buckets: AGE_BUCKETS_S,
    registers,
  })
  const paused = new Counter({
    name: 'webhook_endpoints_paused_total',
    help: 'Endpoints that were taken out of service because of how they answered: GONE, FAILING.',
    labelNames: ['reason'],
    registers,
  })
  new Gauge({
    name: 'webhook_tries_open',
    help: 'Tries that are under way.',
    registers,
    collect() {
      this.set(openTries())
    },
  })
  return {
    tried({ outcome, duration_ms, age_ms, consequences }) {
      tries.observe({ outcome }, duration_ms / 1_000)
      if (consequences === undefined) return
      const { status } = consequences.delivery
      if (status !== 'PENDING') finished.inc({ status })
      if (status === 'DELIVERED') ages.observe(age_ms / 1_000)
      if (consequences.pause !== undefined) paused.inc({ reason: consequences.pause })
    },
  }
}
