import type { Id } from '@carriergraph/shared/ids.ts'
import type { Reason, ScreeningReason } from './compliance/reason.ts'
import type { LargeTransactionReportRow } from './db/tables/large-transaction-report.ts'
import type { PaymentReviewRow } from './db/tables/payment-review.ts'
import type { PaymentScreeningHitRow } from './db/tables/payment-screening-hit.ts'
import type { RemittanceAssessmentRow } from './db/tables/remittance-assessment.ts'
import type { RemittanceReviewRow } from './db/tables/remittance-review.ts'
import type { RiskAssessmentRow } from './db/tables/risk-assessment.ts'
import type { SanctionsListRow } from './db/tables/sanctions-list.ts'
import type { ScreeningHitRow } from './db/tables/screening-hit.ts'
import type { UserRow } from './db/tables/user.ts'

/** What the resolvers return for the types of the SDL. */
export type UserModel = UserRow
export type PaymentModel = { readonly id: Id<'pay'> }
export type PaymentReviewModel = PaymentReviewRow
export type RiskAssessmentModel = RiskAssessmentRow
export type RemittanceModel = { readonly id: Id<'rem'> }
export type RemittanceAssessmentModel = RemittanceAssessmentRow
export type RemittanceReviewModel = RemittanceReviewRow
export type LargeTransactionReportModel = LargeTransactionReportRow
export type RemittanceReasonModel = Reason
export type PaymentComplianceModel = RiskAssessmentRow
export type ComplianceReasonModel = ScreeningReason
export type ScreeningHitModel = ScreeningHitRow | PaymentScreeningHitRow
export type SanctionsListModel = SanctionsListRow
