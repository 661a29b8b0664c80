import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findingsOfRemittance, type Reviewed } from '../compliance/finding.ts'
import { byGravity, isOfCountry } from '../compliance/reason.ts'
import { findUsers } from '../db/users.ts'
import { findHits } from '../sanctions/db/hits.ts'
import { findListInForce } from '../sanctions/db/lists.ts'
import { findRemittanceRescreenings } from '../sanctions/db/rescreenings.ts'
import { storedHit } from '../sanctions/hit.ts'
import { sanctionsReasons } from '../sanctions/reasons.ts'
import { screen } from '../sanctions/screen.ts'
import { findAssessmentsOfRemittances } from './db/assessments.ts'
import { namesOf } from './judge.ts'

export type ReviewedRemittance = Reviewed & { readonly assessmentId: Id<'ras'> }

/** As `screenPaymentAgain`. Of a remittance the countries stay what they were: that of the bank is not kept. */
export async function screenRemittanceAgain(
  db: TenantDb,
  id: Id<'rem'>,
  now: Date,
): Promise<ReviewedRemittance | null> {
  const [assessment] = await findAssessmentsOfRemittances(db, [id])
  if (assessment === undefined) return null
  const { id: assessmentId, senderId, beneficiaryName } = assessment
  const [hits, later, inForce, [sender]] = await Promise.all([
    findHits(db, [assessmentId]),
    findRemittanceRescreenings(db, [assessmentId]),
    findListInForce(db),
    findUsers(db, [senderId]),
  ])
  const [shown] = findingsOfRemittance(assessment, hits, later)
  const reviewed = { assessmentId, shown, found: null }
  if (inForce === null || inForce.version === shown.sanctionsVersion) return reviewed
  const screening = await inTransaction(db, (tx) => screen(tx, namesOf(beneficiaryName, sender?.displayName ?? null)))
  const found = {
    sanctionsVersion: screening.version ?? inForce.version,
    reasons: byGravity([...sanctionsReasons(screening), ...shown.reasons.filter(isOfCountry)]),
    hits: screening.hits.map(storedHit),
    screenedAt: now,
  }
  return { ...reviewed, found }
}
