import type { EventHandler } from '@carriergraph/shared/bus/effect.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { creditTopUp, debitRefund } from './db/credit-top-up.ts'
import { REFUND, refundCompleted, TOP_UP, topUpCompleted } from './events.ts'

/** The name under which billing remembers the events that it has consumed; another one would consume all anew. */
export const CONSUMER = 'billing'

/** What billing does about the events of others. A handler that throws is tried again, then parked for an operator. */
export const handlers = (clock: Clock): Readonly<Record<string, EventHandler>> => ({
  'payment.completed': async (tx, { id, data, occurredAt, correlationId }) => {
    const isRefund = data.type === REFUND
    if (!isRefund && data.type !== TOP_UP) return
    const { paymentId, billingAccountId, amount } = (isRefund ? refundCompleted : topUpCompleted).parse(data)
    if (billingAccountId === null) return
    // By the day of the payment: its currency may have been withdrawn since.
    const paid = parseMoney(amount.amount, amount.currency, { day: occurredAt })
    if (!paid.ok) throw new Error(`Payment ${paymentId}: ${paid.message}`)
    const payment = { paymentId, accountId: billingAccountId, amount: paid.value }
    await (isRefund ? debitRefund : creditTopUp)(tx, payment, {
      now: clock(),
      actor: 'svc:billing',
      correlationId,
      causationId: id,
    })
  },
})
