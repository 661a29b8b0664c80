/** As long as payments wait unless they are set otherwise: those of an earlier version do not tell. */
const ANSWER_WITHIN_MS = 800
/** Longer than payments wait is waited for nobody. */
const ANSWER_WITHIN_MS_MAX = 10_000
/** Of the time there is, how much has passed when names have waited for long enough: what was compared is yet to be assessed. */
const NAMES_SHARE = 3 / 8
/** The same of the payer's turn; the rest is for the assessment, and for the way back. */
const TURN_SHARE = 5 / 8

/**
 * For how long an assessment waits for what others want; each aborts then, or when whoever asks has left. Payments let small
 * amounts go through when they hear nothing: whoever wants much is to be told that it is too much, well before that.
 */
export type Patience = {
  /** Until names that are new were compared. */
  readonly names: AbortSignal
  /** Until it is the payer's turn. */
  readonly turn: AbortSignal
}

export function patienceOf(
  left: AbortSignal,
  { answerWithinMs }: { readonly answerWithinMs?: number | null },
): Patience {
  const within_ms = Math.min(Math.max(answerWithinMs ?? ANSWER_WITHIN_MS, 0), ANSWER_WITHIN_MS_MAX)
  const after = (share: number) => AbortSignal.any([left, AbortSignal.timeout(Math.floor(within_ms * share))])
  return { names: after(NAMES_SHARE), turn: after(TURN_SHARE) }
}

/** Of a person, for names that are new on the list in force: the gateway waits five seconds. */
const APPROVAL_WAITS_MS = 4_000

export const patienceOfApproval = (): AbortSignal => AbortSignal.timeout(APPROVAL_WAITS_MS)
