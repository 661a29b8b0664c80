import type { Id } from '@carriergraph/shared/ids.ts'
import type { Finding } from './compliance/finding.ts'
import type { Reason, ScreeningReason } from './compliance/reason.ts'
import type { LargeTransactionReportRow } from './db/tables/large-transaction-report.ts'
import type { PaymentReviewRow } from './db/tables/payment-review.ts'
import type { RemittanceAssessmentRow } from './db/tables/remittance-assessment.ts'
import type { RemittanceReviewRow } from './db/tables/remittance-review.ts'
import type { RiskAssessmentRow } from './db/tables/risk-assessment.ts'
import type { SanctionsListRow } from './db/tables/sanctions-list.ts'
import type { UserRow } from './db/tables/user.ts'
import type { StoredHit } from './sanctions/hit.ts'

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
/** What was assessed, with its newest screening. */
export type PaymentComplianceModel = Finding & { readonly assessment: RiskAssessmentRow }
export type ScreeningModel = Finding
export type ComplianceReasonModel = ScreeningReason
export type ScreeningHitModel = StoredHit
export type SanctionsListModel = SanctionsListRow
