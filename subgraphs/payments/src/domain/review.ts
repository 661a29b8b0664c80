import { failed, type Verdict } from './decide.ts'

/** What a person decides on a payment in risk. */
export const REVIEW_DECISIONS = ['APPROVE', 'DECLINE'] as const
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number]

/** What the decision of a reviewer makes of a payment, and how it explains itself. */
export function verdictOf(
  { decision, reason }: { readonly decision: ReviewDecision; readonly reason: string },
  reviewer: string,
): Verdict {
  const isApproved = decision === 'APPROVE'
  const explained = {
    source: 'REVIEW',
    explanation: {
      rule: isApproved ? 'risk.review.approved' : 'risk.review.declined',
      summary: `A person ${isApproved ? 'approved' : 'declined'} it: ${reason}`,
      inputs: [
        { name: 'reviewer', value: reviewer },
        { name: 'reason', value: reason },
      ],
      counterfactual: isApproved ? 'Declined, it would have failed.' : 'Approved, it would have gone through.',
    },
  } as const
  return isApproved
    ? { status: 'AUTHORISED', decision: explained }
    : { status: 'FAILED', decision: explained, failure: failed('DECLINED_IN_REVIEW') }
}
