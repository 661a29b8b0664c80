import type { Id } from '@carriergraph/shared/ids.ts'
import type { PaymentReviewRow } from './db/tables/payment-review.ts'
import type { RiskAssessmentRow } from './db/tables/risk-assessment.ts'
import type { UserRow } from './db/tables/user.ts'

/** What the resolvers return for the types of the SDL. */
export type UserModel = UserRow
export type PaymentModel = { readonly id: Id<'pay'> }
export type PaymentReviewModel = PaymentReviewRow
export type RiskAssessmentModel = RiskAssessmentRow
