import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { loaderById, loaderByKey, loaderByParent } from '@carriergraph/shared/loader.ts'
import { findAssessments, findAssessmentsOfPayments } from './db/assessments.ts'
import { findReviews } from './db/reviews.ts'
import type { LargeTransactionReportRow } from './db/tables/large-transaction-report.ts'
import type { PaymentRescreeningRow } from './db/tables/payment-rescreening.ts'
import type { PaymentReviewRow } from './db/tables/payment-review.ts'
import type { PaymentScreeningHitRow } from './db/tables/payment-screening-hit.ts'
import type { RemittanceAssessmentRow } from './db/tables/remittance-assessment.ts'
import type { RemittanceRescreeningRow } from './db/tables/remittance-rescreening.ts'
import type { RemittanceReviewRow } from './db/tables/remittance-review.ts'
import type { RiskAssessmentRow } from './db/tables/risk-assessment.ts'
import type { ScreeningHitRow } from './db/tables/screening-hit.ts'
import type { UserRow } from './db/tables/user.ts'
import { findUsers } from './db/users.ts'
import { findAssessmentsOfRemittances, findRemittanceAssessments } from './remittances/db/assessments.ts'
import { findReports } from './remittances/db/reports.ts'
import { findRemittanceReviews } from './remittances/db/reviews.ts'
import { findHits, findPaymentHits } from './sanctions/db/hits.ts'
import { findDigests } from './sanctions/db/lists.ts'
import { findPaymentRescreenings, findRemittanceRescreenings } from './sanctions/db/rescreenings.ts'

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
  remittanceAssessment: loaderById<Id<'ras'>, RemittanceAssessmentRow>(
    (ids) => findRemittanceAssessments(db, ids),
    ({ id }) => id,
  ),
  assessmentOfRemittance: loaderById<Id<'rem'>, RemittanceAssessmentRow>(
    (ids) => findAssessmentsOfRemittances(db, ids),
    ({ remittanceId }) => remittanceId,
  ),
  reviewOfRemittance: loaderById<Id<'rem'>, RemittanceReviewRow>(
    (ids) => findRemittanceReviews(db, ids),
    ({ remittanceId }) => remittanceId,
  ),
  reportOfRemittance: loaderById<Id<'rem'>, LargeTransactionReportRow>(
    (ids) => findReports(db, ids),
    ({ remittanceId }) => remittanceId,
  ),
  hitsOfAssessment: loaderByParent<Id<'ras'>, ScreeningHitRow>(
    (ids) => findHits(db, ids),
    ({ assessmentId }) => assessmentId,
  ),
  hitsOfPaymentAssessment: loaderByParent<Id<'asm'>, PaymentScreeningHitRow>(
    (ids) => findPaymentHits(db, ids),
    ({ assessmentId }) => assessmentId,
  ),
  rescreeningsOfPaymentAssessment: loaderByParent<Id<'asm'>, PaymentRescreeningRow>(
    (ids) => findPaymentRescreenings(db, ids),
    ({ assessmentId }) => assessmentId,
  ),
  rescreeningsOfAssessment: loaderByParent<Id<'ras'>, RemittanceRescreeningRow>(
    (ids) => findRemittanceRescreenings(db, ids),
    ({ assessmentId }) => assessmentId,
  ),
  /** Of a version of the sanctions list. */
  sanctionsDigest: loaderByKey<number, string>((versions) => findDigests(db, versions), String),
})
