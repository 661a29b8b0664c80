import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { Context } from '../../context.ts'
import { PAYMENT_EVENTS, paymentStatusTold } from '../../events.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { PaymentStatusEventModel } from '../../models.ts'

export const paymentStatusChanged: NonNullable<SubscriptionResolvers['paymentStatusChanged']> = {
  async subscribe(_, { paymentId, payerId, after }, context) {
    if (paymentId != null) await refuseHidden(paymentId, context)
    if (payerId != null) parseId('usr', payerId)
    const { actor, journal } = context
    return journal.stream({
      tenant: actor.tenant,
      types: PAYMENT_EVENTS,
      after,
      filter: ({ data }) =>
        maySee(actor, data.payerId) &&
        (paymentId == null || data.paymentId === paymentId) &&
        (payerId == null || data.payerId === payerId),
    })
  },
  resolve: (event: JournalEvent): PaymentStatusEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    ...paymentStatusTold.parse(event.data),
  }),
}

/** A stream that can never have an event is a mistake. Whether somebody else has such a payment is not told. */
async function refuseHidden(id: string, { actor, loaders }: Context): Promise<void> {
  const payment = await loaders.payment.load(parseId('pay', id))
  if (payment === null || !maySee(actor, payment.payerId))
    throw new Refusal('PAYMENT_NOT_FOUND', 'There is no such payment that you may see.', ['paymentId'])
}
