import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findAssessmentsOfPayments, insertAssessment, payerHistory } from '../db/assessments.ts'
import type { RiskAssessmentRow } from '../db/tables/risk-assessment.ts'
import { lockUser } from '../db/users.ts'
import { assess } from '../domain/assess.ts'
import { euroValue } from '../domain/euro.ts'
import { eventOf } from '../events.ts'

/** A payment, as far as risk looks at it. */
export type PaymentToAssess = {
  readonly paymentId: Id<'pay'>
  readonly payerId: Id<'usr'>
  readonly amount: Money
  readonly createdAt: Date
}

/**
 * Assesses a payment once: a caller that asks again, after a crash or at the same time, gets the first answer. The
 * payer is locked meanwhile, so that of many payments at once each counts those before it.
 */
export function assessPayment(
  db: TenantDb,
  payment: PaymentToAssess,
  { now, ...by }: Provenance,
): Promise<Outcome<RiskAssessmentRow, 'PAYMENT_MISMATCH'>> {
  return inTransaction(db, async (tx) => {
    const payer = await lockUser(tx, payment.payerId)
    const known = await findKnown(tx, payment)
    if (known !== null) return known
    const history = await payerHistory(tx, payment.payerId, payment.createdAt)
    const amountEuro = euroValue(payment.amount)
    const assessment = assess({ amountEuro, kycStatus: payer?.kycStatus ?? null, ...history })
    const inserted = await insertAssessment(tx, {
      ...assessment,
      id: newId('asm', now),
      paymentId: payment.paymentId,
      payerId: payment.payerId,
      amountMinor: payment.amount.minor,
      currency: payment.amount.currency,
      amountEuro: amountEuro?.toFixed() ?? null,
      paymentCreatedAt: payment.createdAt,
      assessedAt: now,
    })
    // An unknown payer has no row to lock: two calls may meet here.
    if (inserted === null) return (await findKnown(tx, payment)) ?? lost(payment)
    await appendToJournal(tx, {
      aggregate: { type: 'assessment', id: inserted.id },
      version: 1,
      ...eventOf('assessment.made', {
        assessmentId: inserted.id,
        paymentId: inserted.paymentId,
        userId: inserted.payerId,
        decision: inserted.decision,
        score: inserted.score,
      }),
      ...by,
      occurredAt: now,
    })
    return ok(inserted)
  })
}

async function findKnown(tx: Tx, payment: PaymentToAssess) {
  const [known] = await findAssessmentsOfPayments(tx, [payment.paymentId])
  if (known === undefined) return null
  const same =
    known.payerId === payment.payerId &&
    known.amountMinor === payment.amount.minor &&
    known.currency === payment.amount.currency &&
    known.paymentCreatedAt.getTime() === payment.createdAt.getTime()
  if (same) return ok(known)
  return refuse('PAYMENT_MISMATCH', `The payment ${payment.paymentId} was assessed before with other particulars.`)
}

function lost({ paymentId }: PaymentToAssess): never {
  throw new Error(`The assessment of ${paymentId} was there and is gone.`)
}
