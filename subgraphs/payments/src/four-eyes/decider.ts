import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Provenance, provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

/** A sentence for whoever decides, and for the auditor after him. */
const REASON_LENGTH_MAX = 500

/** `personId` is undefined for a service, which is nobody to decide on money that two people decide on. */
export type Decider = { readonly provenance: Provenance; readonly personId: Id<'usr'> | undefined }

export type DeciderCode = 'NOT_A_PERSON' | 'INVALID_REASON'

/** Who decides by a request. */
export const deciderOf = (context: {
  readonly actor: Actor
  readonly correlationId: string
  readonly clock: Clock
}): Decider => ({ provenance: provenanceOf(context), personId: context.actor.userId })

/**
 * Who decides on money of which two people have to decide, where they may.
 * @param reason in their own words; undefined where none is asked for
 */
export function personWhoDecides({ personId }: Decider, reason: string | undefined): Outcome<Id<'usr'>, DeciderCode> {
  if (personId === undefined) return refuse('NOT_A_PERSON', 'Two people decide on it, and no service.')
  if (reason !== undefined && !isPrintableText(reason, REASON_LENGTH_MAX))
    return refuse('INVALID_REASON', `A reason has 1 to ${REASON_LENGTH_MAX} printable characters.`, ['reason'])
  if (reason !== undefined && holdsCardNumber(reason))
    return refuse('INVALID_REASON', 'A reason must not hold a card number.', ['reason'])
  return ok(personId)
}

/** The refusal of whoever approves what they have asked for themselves. The database holds the same by a constraint. */
export const samePersonFault = (
  { requestedBy, approvedBy }: { readonly requestedBy: string; readonly approvedBy: string },
  field: readonly string[],
): Refused<'SAME_PERSON'> | undefined =>
  requestedBy === approvedBy ? refuse('SAME_PERSON', 'Whoever asked for it cannot approve it.', field) : undefined
