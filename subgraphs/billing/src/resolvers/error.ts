import type { Refused } from '@carriergraph/shared/outcome.ts'
import type { BillingError, BillingErrorCode } from '../generated/resolvers.ts'

/** A refusal as a mutation's payload tells it. */
export const errorOf = ({ code, message, field }: Refused<BillingErrorCode>): BillingError => ({
  code,
  message,
  field: field === undefined ? null : [...field],
})
