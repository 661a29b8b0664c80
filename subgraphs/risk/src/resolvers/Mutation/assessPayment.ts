import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { assessPayment as assess, type PaymentToAssess } from '../../flow/assess-payment.ts'
import type { AssessPaymentInput, MutationResolvers } from '../../generated/resolvers.ts'

export const assessPayment: NonNullable<MutationResolvers['assessPayment']> = async (_parent, { input }, context) => {
  const payment = paymentOf(input)
  const assessed = payment.ok ? await assess(context.db, payment.value, provenanceOf(context)) : payment
  return assessed.ok
    ? { assessment: assessed.value, errors: [] }
    : { assessment: null, errors: [payloadError(assessed)] }
}

type Code = 'INVALID_ID' | 'INVALID_MONEY' | 'UNKNOWN_CURRENCY'

function paymentOf(input: AssessPaymentInput): Outcome<PaymentToAssess, Code> {
  const paymentId = readId('pay', input.paymentId, ['paymentId'])
  if (!paymentId.ok) return paymentId
  const payerId = readId('usr', input.payerId, ['payerId'])
  if (!payerId.ok) return payerId
  const amount = parseMoney(input.amount.amount, input.amount.currency, { field: ['amount'] })
  if (!amount.ok) return amount
  if (amount.value.minor === 0n) return refuse('INVALID_MONEY', 'A payment is above zero.', ['amount', 'amount'])
  return ok({ paymentId: paymentId.value, payerId: payerId.value, amount: amount.value, createdAt: input.createdAt })
}
