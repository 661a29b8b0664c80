import type { Db, TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findAssessmentsOfPayments } from '../db/assessments.ts'
import type { RiskAssessmentRow } from '../db/tables/risk-assessment.ts'
import { patienceOfApproval } from '../flow/patience.ts'
import { findPaymentHits } from '../sanctions/db/hits.ts'
import { findListInForce } from '../sanctions/db/lists.ts'
import { findPaymentRescreenings } from '../sanctions/db/rescreenings.ts'
import { storedHit } from '../sanctions/hit.ts'
import { type Finding, findingsOfPayment, type Reviewed } from './finding.ts'
import { screenPayment } from './screen-payment.ts'

export type ReviewedPayment = Reviewed & { readonly assessmentId: Id<'asm'> }

/**
 * What whoever approves a payment could see of it, and what the list in force finds. Call it before the review is locked, as
 * screening comes before the payer is. Null where risk has not assessed the payment.
 */
export async function screenPaymentAgain(db: TenantDb, id: Id<'pay'>, now: Date): Promise<ReviewedPayment | null> {
  const [assessment] = await findAssessmentsOfPayments(db, [id])
  if (assessment === undefined) return null
  const [[shown = null], inForce] = await Promise.all([findFindings(db, assessment), findListInForce(db)])
  const reviewed = { assessmentId: assessment.id, shown, found: null }
  if (inForce === null || inForce.version === shown?.sanctionsVersion) return reviewed
  const {
    sanctionsVersion,
    complianceReasons: reasons,
    hits,
  } = await screenPayment(db, assessment, patienceOfApproval())
  const version = sanctionsVersion ?? inForce.version
  return { ...reviewed, found: { sanctionsVersion: version, reasons, hits: hits.map(storedHit), screenedAt: now } }
}

/** Every screening of a payment, newest first. */
export async function findFindings(db: Db, assessment: RiskAssessmentRow): Promise<Finding[]> {
  const ids = [assessment.id]
  const [hits, later] = await Promise.all([findPaymentHits(db, ids), findPaymentRescreenings(db, ids)])
  return findingsOfPayment(assessment, hits, later)
}
