import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { statusOf } from '../domain/review.ts'
import type { PaymentReviewResolvers } from '../generated/resolvers.ts'

export const PaymentReview: PaymentReviewResolvers = {
  payment: ({ paymentId }) => ({ id: paymentId }),
  payer: ({ payerId }, _args, { loaders }) => loaders.user.load(payerId),
  assessment: ({ paymentId }, _args, { loaders }) => loaders.assessmentOfPayment.load(paymentId),
  amount: ({ amountMinor, currency }) => ({ amount: formatAmount({ minor: amountMinor, currency }), currency }),
  status: statusOf,
}
