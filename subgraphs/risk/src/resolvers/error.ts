import type { Refused } from '@carriergraph/shared/outcome.ts'
import type { RiskErrorCode } from '../generated/resolvers.ts'

/** A refusal as the payload carries it. */
export const errorOf = ({ code, message, field }: Refused<RiskErrorCode>) => ({
  code,
  message,
  field: field === undefined ? null : [...field],
})
