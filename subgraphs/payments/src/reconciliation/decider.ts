import type { Id } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { holdsCardNumber } from '../vault/holds-card-number.ts'

/** A sentence for whoever decides, and for the auditor after him. */
const REASON_LENGTH_MAX = 500

/** `personId` is undefined for a service, which is nobody to decide on money that two people decide on. */
export type Decider = { readonly provenance: Provenance; readonly personId: Id<'usr'> | undefined }

export type DeciderCode = 'NOT_A_PERSON' | 'INVALID_REASON'

/**
 * Who decides on money of which two people have to decide, where they may.
 * @param reason in their own words; undefined where none is asked for
 */
export function personWhoDecides(
  { personId }: Decider,
  reason: string | undefined,
): { readonly ok: true; readonly value: Id<'usr'> } | Refused<DeciderCode> {
  if (personId === undefined) return refuse('NOT_A_PERSON', 'Two people decide on it, and no service.')
  if (reason !== undefined && !isPrintableText(reason, REASON_LENGTH_MAX))
    return refuse('INVALID_REASON', `A reason has 1 to ${REASON_LENGTH_MAX} printable characters.`, ['reason'])
  if (reason !== undefined && holdsCardNumber(reason))
    return refuse('INVALID_REASON', 'A reason must not hold a card number.', ['reason'])
  return { ok: true, value: personId }
}
