import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

/** Why somebody needs a whole number; free of what looks like one. */
export type RevealReason = string & { readonly isRevealReason: true }

const REASON_LENGTH_MIN = 10
const REASON_LENGTH_MAX = 200
/** As many digits as the shortest card number, whatever stands between them: a reason is kept for ever, in the clear. */
const CARD_LIKE = /\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){11}/u

/** Reasons are read by those who review reveals, so they have to say something. */
export function parseRevealReason(text: string): Outcome<RevealReason, 'INVALID_REASON'> {
  const reason = text.trim()
  if (!isPrintableText(reason, REASON_LENGTH_MAX) || reason.length < REASON_LENGTH_MIN) {
    const message = `A reason has ${REASON_LENGTH_MIN} to ${REASON_LENGTH_MAX} printable characters.`
    return refuse('INVALID_REASON', message, ['reason'])
  }
  if (CARD_LIKE.test(reason.normalize('NFKC')))
    return refuse('INVALID_REASON', 'A reason must not hold what looks like a card number.', ['reason'])
  return ok(reason as RevealReason)
}
