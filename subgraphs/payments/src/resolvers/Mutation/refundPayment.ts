import { readId } from '@carriergraph/shared/ids.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { amountIn, idempotencyKeyIn } from '../input-fields.ts'
import { booksOf, paymentAnswer, refusedFor } from '../payment-input.ts'

export const refundPayment: NonNullable<MutationResolvers['refundPayment']> = async (_, { input }, context) => {
  const { actor, correlationId, flow } = context
  const key = idempotencyKeyIn(input.idempotencyKey)
  const id = readId('pay', input.paymentId, ['paymentId'])
  const amount = input.amount == null ? ok(undefined) : amountIn(input.amount)
  if (!key.ok || !id.ok || !amount.ok) return { refund: null, errors: refusedFor(key, id, amount).errors }
  const { payment: refund, errors } = paymentAnswer(
    await flow.refund(booksOf(context), {
      key: { requestedBy: actor.subject, idempotencyKey: key.value },
      order: { paymentId: id.value, amount: amount.value },
      correlationId,
    }),
  )
  return { refund, errors }
}
