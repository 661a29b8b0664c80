import type { Refused } from '@carriergraph/shared/outcome.ts'
import type { PaymentError, PaymentErrorCode } from '../generated/resolvers.ts'

/** A refusal as a mutation's payload tells it. */
export const errorOf = ({ code, message, field }: Refused<PaymentErrorCode>): PaymentError => ({
  code,
  message,
  field: field === undefined ? null : [...field],
})
