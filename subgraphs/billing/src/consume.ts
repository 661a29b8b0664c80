import type { NeighboursHandler } from '@carriergraph/shared/bus/effect.ts'
import type { BusEvent } from '@carriergraph/shared/bus/event.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { enterPayments, type ToldPayment } from './db/enter-payments.ts'
import { REFUND, refundCompleted, TOP_UP, topUpCompleted } from './events.ts'

/** The name under which billing remembers the events that it has consumed; another one would consume all anew. */
export const CONSUMER = 'billing'

/** What billing does about the events of others. What throws is tried again, then parked for an operator. */
export const handlers = (clock: Clock): Readonly<Record<string, NeighboursHandler>> => ({
  'payment.completed': { together: (tx, events) => enterPayments(tx, events.flatMap(toldBy), clock()) },
})

/** None of one that is no business of a billing account. */
function toldBy({ id, data, occurredAt, correlationId }: BusEvent): ToldPayment[] {
  const kind = data.type
  if (kind !== TOP_UP && kind !== REFUND) return []
  const { paymentId, billingAccountId, amount } = (kind === REFUND ? refundCompleted : topUpCompleted).parse(data)
  if (billingAccountId === null) return []
  // By the day of the payment: its currency may have been withdrawn since.
  const paid = parseMoney(amount.amount, amount.currency, { day: occurredAt })
  if (!paid.ok) throw new Error(`Payment ${paymentId}: ${paid.message}`)
  const by = { actor: 'svc:billing', correlationId, causationId: id }
  return [{ kind, paymentId, accountId: billingAccountId, amount: paid.value, by }]
}
