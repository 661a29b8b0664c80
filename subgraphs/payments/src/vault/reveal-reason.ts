import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

/** Why somebody needs a whole number; without one, because it is kept for ever, in the clear. */
export type RevealReason = string & { readonly isRevealReason: true }

const REASON_LENGTH_MIN = 10
const REASON_LENGTH_MAX = 200

/** Reasons are read by those who review reveals, so they have to say something. */
export function parseRevealReason(text: string): Outcome<RevealReason, 'INVALID_REASON'> {
  const reason = text.trim()
  if (!isPrintableText(reason, REASON_LENGTH_MAX) || reason.length < REASON_LENGTH_MIN) {
    const message = `A reason has ${REASON_LENGTH_MIN} to ${REASON_LENGTH_MAX} printable characters.`
    return refuse('INVALID_REASON', message, ['reason'])
  }
  if (holdsCardNumber(reason)) return refuse('INVALID_REASON', 'A reason must not hold a card number.', ['reason'])
  return ok(reason as RevealReason)
}
