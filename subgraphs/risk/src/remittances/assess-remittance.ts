import { inTransactionInTurn } from '@carriergraph/shared/db/in-turn.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { RemittanceAssessmentRow } from '../db/tables/remittance-assessment.ts'
import type { UserRow } from '../db/tables/user.ts'
import { lockUser, turnOfUser } from '../db/users.ts'
import { eventOf } from '../events.ts'
import type { Patience } from '../flow/patience.ts'
import { insertHits } from '../sanctions/db/hits.ts'
import type { Screening } from '../sanctions/screen.ts'
import { screenNames } from '../sanctions/screen-names.ts'
import { findAssessmentsOfRemittances, insertRemittanceAssessment } from './db/assessments.ts'
import { insertReport } from './db/reports.ts'
import { judge, namesOf } from './judge.ts'
import { type RemittanceToAssess, requestHash } from './request.ts'
import { THRESHOLDS } from './thresholds.ts'

/**
 * Assesses a remittance once: a caller that asks again, after a crash or at the same time, gets the first answer. The
 * sender is locked meanwhile, so that of many remittances at once each counts those before it. The report is made with the
 * assessment, or neither is.
 * @throws OverloadError where too much of the sender's waits, or it has waited for that for as long as `patience` lets it
 */
export async function assessRemittance(
  db: TenantDb,
  remittance: RemittanceToAssess,
  by: Provenance,
  patience: Patience,
): Promise<Assessed> {
  const screening = await screenRemittance(db, remittance, patience.names)
  const turn = turnOfUser(remittance.senderId)
  return inTransactionInTurn(db, turn, (tx) => assessScreened(tx, { remittance, screening }, by), patience.turn)
}

type Assessed = Outcome<RemittanceAssessmentRow, 'REMITTANCE_MISMATCH'>
type Screened = { readonly remittance: RemittanceToAssess; readonly screening: Screening }

const screenRemittance = (
  db: TenantDb,
  { remittanceId, senderId, beneficiary }: RemittanceToAssess,
  patience: AbortSignal,
): Promise<Screening> =>
  screenNames(
    db,
    {
      id: remittanceId,
      payerId: senderId,
      userIds: [senderId],
      namesOf(displayNames) {
        return namesOf(beneficiary.name, displayNames.get(senderId) ?? null)
      },
    },
    patience,
  )

async function assessScreened(
  tx: Tx,
  { remittance, screening }: Screened,
  { now, ...by }: Provenance,
): Promise<Assessed> {
  const sender = await lockUser(tx, remittance.senderId)
  const known = await findKnown(tx, remittance)
  if (known !== null) return known
  const { hits, ...judgement } = await judge(tx, { remittance, sender, screening })
  const inserted = await insertRemittanceAssessment(tx, {
    ...rowOf(remittance),
    id: newId('ras', now),
    ...judgement,
    assessedAt: now,
  })
  // An unknown sender has no row to lock: two calls may meet here.
  if (inserted === null) return (await findKnown(tx, remittance)) ?? lost(remittance)
  await insertHits(tx, inserted.id, hits)
  const report = await reportIfLarge(tx, inserted, { sender, remittance })
  await appendToJournal(tx, {
    aggregate: { type: 'remittance_assessment', id: inserted.id },
    version: 1,
    ...eventOf('remittance.assessed', {
      assessmentId: inserted.id,
      remittanceId: inserted.remittanceId,
      senderId: inserted.senderId,
      decision: inserted.decision,
      largeTransactionReportId: report,
    }),
    ...by,
    occurredAt: now,
  })
  return ok(inserted)
}

type Reported = { readonly sender: UserRow | null; readonly remittance: RemittanceToAssess }

async function reportIfLarge(tx: Tx, assessment: RemittanceAssessmentRow, { sender, remittance }: Reported) {
  if (!THRESHOLDS.reportAboveUsd.lessThan(assessment.usdEquivalent)) return null
  const id = newId('ltr', assessment.assessedAt)
  const { beneficiary, delivered, customerRate } = remittance
  await insertReport(tx, {
    id,
    remittanceId: assessment.remittanceId,
    assessmentId: assessment.id,
    senderId: assessment.senderId,
    senderName: sender?.displayName ?? null,
    beneficiaryName: assessment.beneficiaryName,
    beneficiaryCountry: assessment.beneficiaryCountry,
    bankCountry: beneficiary.bankCountry,
    bic: beneficiary.bic,
    clearingMember: beneficiary.clearingMember,
    amountMinor: assessment.amountMinor,
    currency: assessment.currency,
    usdEquivalent: assessment.usdEquivalent,
    deliveredMinor: delivered?.minor ?? null,
    deliveredCurrency: delivered?.currency ?? null,
    customerRate: customerRate?.toFixed() ?? null,
    purpose: assessment.purpose,
    sourceOfFunds: assessment.sourceOfFunds,
    remittanceCreatedAt: assessment.remittanceCreatedAt,
    reportedAt: assessment.assessedAt,
  })
  return id
}

const rowOf = (remittance: RemittanceToAssess) => ({
  remittanceId: remittance.remittanceId,
  senderId: remittance.senderId,
  beneficiaryName: remittance.beneficiary.name,
  beneficiaryCountry: remittance.beneficiary.country,
  amountMinor: remittance.amount.minor,
  currency: remittance.amount.currency,
  usdEquivalent: remittance.usdEquivalent.toFixed(),
  purpose: remittance.purpose,
  sourceOfFunds: remittance.sourceOfFunds,
  requestHash: requestHash(remittance),
  remittanceCreatedAt: remittance.createdAt,
})

async function findKnown(tx: Tx, remittance: RemittanceToAssess) {
  const [known] = await findAssessmentsOfRemittances(tx, [remittance.remittanceId])
  if (known === undefined) return null
  if (known.requestHash === requestHash(remittance)) return ok(known)
  const message = `The remittance ${remittance.remittanceId} was assessed before with other particulars.`
  return refuse('REMITTANCE_MISMATCH', message, ['remittanceId'])
}

function lost({ remittanceId }: RemittanceToAssess): never {
  throw new Error(`The assessment of ${remittanceId} was there and is gone.`)
}
