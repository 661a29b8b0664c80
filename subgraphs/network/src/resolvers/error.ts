import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { NetworkError, NetworkErrorCode } from '../generated/resolvers.ts'

/** A refusal as a mutation's payload tells it. */
export const errorOf = ({ code, message, field }: Refused<NetworkErrorCode>): NetworkError => ({
  code,
  message,
  field: field === undefined ? null : [...field],
})

/** The id in a field of a mutation's input. */
export function idIn<P extends string>(prefix: P, text: string, field: string): Outcome<Id<P>, 'INVALID_ID'> {
  if (isId(prefix, text)) return ok(text)
  return refuse('INVALID_ID', `An id that begins with "${prefix}_" is expected here.`, [field])
}
