import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { loaderById } from '@carriergraph/shared/loader.ts'
import { findAssessments, findAssessmentsOfPayments } from './db/assessments.ts'
import { findReviews } from './db/reviews.ts'
import type { PaymentReviewRow } from './db/tables/payment-review.ts'
import type { RiskAssessmentRow } from './db/tables/risk-assessment.ts'
import type { UserRow } from './db/tables/user.ts'
import { findUsers } from './db/users.ts'

export type Loaders = ReturnType<typeof createLoaders>

/** Every loader of one request. */
export const createLoaders = (db: TenantDb) => ({
  user: loaderById<Id<'usr'>, UserRow>(
    (ids) => findUsers(db, ids),
    ({ id }) => id,
  ),
  assessment: loaderById<Id<'asm'>, RiskAssessmentRow>(
    (ids) => findAssessments(db, ids),
    ({ id }) => id,
  ),
  reviewOfPayment: loaderById<Id<'pay'>, PaymentReviewRow>(
    (ids) => findReviews(db, ids),
    ({ paymentId }) => paymentId,
  ),
  assessmentOfPayment: loaderById<Id<'pay'>, RiskAssessmentRow>(
    (ids) => findAssessmentsOfPayments(db, ids),
    ({ paymentId }) => paymentId,
  ),
})
