import type { EventHandler } from '@carriergraph/shared/bus/effect.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { insertReview, withdrawReview } from './db/reviews.ts'
import { paymentCancelled, paymentHeld, remittanceTold } from './events.ts'
import { findAssessmentsOfRemittances } from './remittances/db/assessments.ts'
import { openRemittanceReview, withdrawRemittanceReview } from './remittances/db/reviews.ts'

/** The name under which risk remembers the events that it has consumed; another one would consume all anew. */
export const CONSUMER = 'risk'

/** What risk does about the events of others. A handler that throws is tried again, then parked for an operator. */
export const handlers: Readonly<Record<string, EventHandler>> = {
  'payment.held_for_review': async (tx, { data, occurredAt }) => {
    const { paymentId, payerId, amount, at } = paymentHeld.parse(data)
    // By the day of the event: the currency may have been withdrawn since.
    const held = parseMoney(amount.amount, amount.currency, { day: occurredAt })
    if (!held.ok) throw new Error(`Payment ${paymentId}: ${held.message}`)
    const { minor: amountMinor, currency } = held.value
    await insertReview(tx, { paymentId, payerId, amountMinor, currency, heldAt: new Date(at) })
  },
  'payment.cancelled': async (tx, { data }) => {
    const { paymentId, at } = paymentCancelled.parse(data)
    await withdrawReview(tx, paymentId, new Date(at))
  },
  'remittance.held_for_review': async (tx, { data }) => {
    const { remittanceId, at } = remittanceTold.parse(data)
    const [assessment] = await findAssessmentsOfRemittances(tx, [remittanceId])
    // Payments hold what they were told to hold: another is a fault of ours.
    if (assessment?.decision !== 'REVIEW') throw new Error(`The remittance ${remittanceId} was not assessed as REVIEW.`)
    await openRemittanceReview(tx, { remittanceId, assessmentId: assessment.id, heldAt: new Date(at) })
  },
  'remittance.cancelled': (tx, { data }) => withdrawEnded(tx, data),
  // One that nobody decided on in time fails; of one that was declined the decision stays.
  'remittance.failed': (tx, { data }) => withdrawEnded(tx, data),
}

async function withdrawEnded(tx: Tx, data: unknown): Promise<void> {
  const { remittanceId, at } = remittanceTold.parse(data)
  await withdrawRemittanceReview(tx, remittanceId, new Date(at))
}
