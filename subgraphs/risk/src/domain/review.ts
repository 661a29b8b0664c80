import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

export const REVIEW_DECISIONS = ['APPROVE', 'DECLINE'] as const
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number]

/** Where a review stands. WITHDRAWN: what it is about was cancelled before anybody decided. */
export const REVIEW_STATUSES = ['OPEN', 'APPROVED', 'DECLINED', 'WITHDRAWN'] as const
export type ReviewStatus = (typeof REVIEW_STATUSES)[number]

/** As long as payments take it into their explanations. */
const REASON_LENGTH_MAX = 500

type Decided = { readonly decision: ReviewDecision | null; readonly withdrawnAt: Date | null }

export function statusOf({ decision, withdrawnAt }: Decided): ReviewStatus {
  if (decision !== null) return decision === 'APPROVE' ? 'APPROVED' : 'DECLINED'
  return withdrawnAt === null ? 'OPEN' : 'WITHDRAWN'
}

export function reviewReason(text: string): Outcome<string, 'INVALID_VALUE'> {
  if (!isPrintableText(text, REASON_LENGTH_MAX))
    return refuse('INVALID_VALUE', `A reason has 1 to ${REASON_LENGTH_MAX} printable characters.`, ['reason'])
  return holdsCardNumber(text) ? refuse('INVALID_VALUE', 'A reason must not hold a card number.', ['reason']) : ok(text)
}

type Decision = {
  readonly decision: ReviewDecision
  readonly decidedBy: string
  /** Whose money it is. */
  readonly payerId: string
  readonly field: 'paymentId' | 'remittanceId'
}

/**
 * Whether a decision is to be stored; false where it was made before. Nobody decides again, and not otherwise, nor on what
 * they pay themselves.
 */
export function mayDecide(
  review: Decided,
  { decision, decidedBy, payerId, field }: Decision,
): Outcome<boolean, 'REVIEW_ALREADY_DECIDED' | 'REVIEW_WITHDRAWN' | 'SAME_PERSON'> {
  if (review.decision === decision) return ok(false)
  if (review.decision !== null) return refuse('REVIEW_ALREADY_DECIDED', 'Somebody has decided otherwise.', ['decision'])
  if (review.withdrawnAt !== null)
    return refuse('REVIEW_WITHDRAWN', 'It was cancelled; there is nothing left to decide.', [field])
  if (decidedBy === payerId) return refuse('SAME_PERSON', 'Whoever pays does not decide on it.', [field])
  return ok(true)
}

/** Of whoever is not identified any more: what would be declined today is approved by nobody. */
export const IDENTITY_REFUSED = refuse(
  'IDENTITY_NOT_VERIFIED',
  'The identity of whoever pays is not verified any more: nobody may approve it as long as that is so.',
  ['decision'],
)
