import { createMany } from '../../flow/create-many.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf, parsePayment, paymentAnswer, requestBy } from '../payment-input.ts'

/** What one call does within the time that the gateway gives it. */
const PAYMENTS_MAX = 1_000

export const createPayments: NonNullable<MutationResolvers['createPayments']> = async (_, { input }, context) => {
  const { payments } = input
  if (payments.length < 1 || payments.length > PAYMENTS_MAX) {
    const message = `Send 1 to ${PAYMENTS_MAX} payments, not ${payments.length}.`
    return { results: [], errors: [{ code: 'INVALID_VALUE', message, field: ['payments'] }] }
  }
  const parsed = payments.map((payment) => parsePayment(payment))
  const requests = parsed.flatMap((each) => ('errors' in each ? [] : [requestBy(context, each)]))
  const taken = (await createMany(context.flow, booksOf(context), requests, context.clock)).values()
  const results = parsed.map((each) => {
    if ('errors' in each) return { payment: null, errors: each.errors }
    const { value } = taken.next()
    if (value === undefined) throw new Error('A payment was not answered.')
    return paymentAnswer(value)
  })
  return { results, errors: [] }
}
