import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { inTransactionInTurn } from '@carriergraph/shared/db/in-turn.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal, type NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type Counterparty, withCompliance } from '../compliance/payment.ts'
import { type PaymentToScreen, type ScreenedPayment, screenPayment } from '../compliance/screen-payment.ts'
import { findAssessmentsOfPayments, insertAssessments, payerHistories } from '../db/assessments.ts'
import type { RiskAssessmentRow } from '../db/tables/risk-assessment.ts'
import type { UserRow } from '../db/tables/user.ts'
import { lockFreeUsers, lockUser, turnOfUser } from '../db/users.ts'
import { assess } from '../domain/assess.ts'
import { euroValue } from '../domain/euro.ts'
import type { Facts } from '../domain/rules.ts'
import { eventOf } from '../events.ts'
import { insertPaymentHits } from '../sanctions/db/hits.ts'
import type { Patience } from './patience.ts'

/** A payment, as far as risk looks at it. */
export type PaymentToAssess = PaymentToScreen & {
  readonly amount: Money
  readonly createdAt: Date
}

export type Assessed = Outcome<RiskAssessmentRow, 'PAYMENT_MISMATCH'>

/**
 * Assesses a payment once: a caller that asks again, after a crash or at the same time, gets the first answer. The
 * payer is locked meanwhile, so that of many payments at once each counts those before it. Payments of many payers at once
 * share transactions; those of one stand in line.
 * @throws OverloadError where too much of the payer's waits, or it has waited for that for as long as `patience` lets it
 */
export async function assessPayment(
  db: TenantDb,
  payment: PaymentToAssess,
  by: Provenance,
  patience: Patience,
): Promise<Assessed> {
  const screened = await screenPayment(db, payment, patience.names)
  return assessmentsOf(db)({ payment, screened, by, patience })
}

type Asked = {
  readonly payment: PaymentToAssess
  readonly screened: ScreenedPayment
  readonly by: Provenance
  readonly patience: Patience
}

/** Payers who are locked at once; far more than callers wait at a time. */
const PAYERS_MAX = 200

const keyOf = ({ payment }: Asked): Id<'usr'> => payment.payerId

const assessmentsOf = perTenant((db) =>
  gathered<Asked, Assessed>({
    max: PAYERS_MAX,
    keyOf,
    alone: (asked) =>
      inTransactionInTurn(
        db,
        turnOfUser(keyOf(asked)),
        async (tx) => {
          const { payerId } = asked.payment
          const assessed = await assessAll(tx, [asked], new Map([[payerId, await lockUser(tx, payerId)]]))
          return assessed.get(payerId) ?? lost(asked.payment)
        },
        asked.patience.turn,
      ),
    together: (asked) =>
      inTransaction(db, async (tx) => {
        const free = await lockFreeUsers(tx, asked.map(keyOf))
        const payers = new Map(free.map((payer) => [payer.id, payer]))
        return assessAll(
          tx,
          asked.filter((one) => payers.has(keyOf(one))),
          payers,
        )
      }),
  }),
)

/** Of different payers, whom the caller holds locked as far as they are known; by payer. */
async function assessAll(
  tx: Tx,
  asked: readonly Asked[],
  payers: ReadonlyMap<Id<'usr'>, UserRow | null>,
): Promise<ReadonlyMap<Id<'usr'>, Assessed>> {
  const ids = asked.map(({ payment }) => payment.paymentId)
  const questions = asked.map(({ payment }) => ({ ...payment, paymentCreatedAt: payment.createdAt }))
  const [known, histories] = await Promise.all([findAssessmentsOfPayments(tx, ids), payerHistories(tx, questions)])
  const isKnown = new Set(known.map(({ paymentId }) => paymentId))
  const made = asked.flatMap(({ payment, screened, by }, index) => {
    const history = histories[index]
    if (isKnown.has(payment.paymentId) || history === undefined) return []
    const kycStatus = payers.get(payment.payerId)?.kycStatus ?? null
    return [{ by, hits: screened.hits, ...assessmentOf(payment, { kycStatus, ...history }, screened, by.now) }]
  })
  // An unknown payer has no row to lock: two calls may meet here, and one of them has made none.
  const inserted = await insertAssessments(tx, made)
  const [stored] = await Promise.all([
    made.length === 0 ? known : findAssessmentsOfPayments(tx, ids),
    appendToJournal(
      tx,
      inserted.map(({ by, ...assessment }) => eventOfAssessment(assessment, by)),
    ),
    insertPaymentHits(tx, inserted),
  ])
  const byPayment = new Map(stored.map((row) => [row.paymentId, row]))
  return new Map(
    asked.map(({ payment }) => [
      payment.payerId,
      answerWith(byPayment.get(payment.paymentId) ?? lost(payment), payment),
    ]),
  )
}

type NewAssessment = Omit<RiskAssessmentRow, 'tenantId'>

function assessmentOf(
  { paymentId, payerId, payeeId, counterparty, amount, createdAt }: PaymentToAssess,
  payer: Omit<Facts, 'amountEuro'>,
  { complianceReasons, sanctionsVersion }: ScreenedPayment,
  now: Date,
): NewAssessment {
  const amountEuro = euroValue(amount)
  return {
    ...withCompliance(assess({ amountEuro, ...payer }), complianceReasons),
    complianceReasons,
    sanctionsVersion,
    id: newId('asm', now),
    paymentId,
    payerId,
    payeeId,
    counterparty,
    amountMinor: amount.minor,
    currency: amount.currency,
    amountEuro: amountEuro?.toFixed() ?? null,
    paymentCreatedAt: createdAt,
    assessedAt: now,
  }
}

const eventOfAssessment = (
  { id, paymentId, payerId, decision, score }: NewAssessment,
  { now, ...by }: Provenance,
): NewJournalEvent => ({
  aggregate: { type: 'assessment', id },
  version: 1,
  ...eventOf('assessment.made', { assessmentId: id, paymentId, userId: payerId, decision, score }),
  ...by,
  occurredAt: now,
})

/** With what is stored, which may be of an earlier call, or of somebody who says something else of the payment. */
function answerWith(stored: RiskAssessmentRow, payment: PaymentToAssess): Assessed {
  const same =
    stored.payerId === payment.payerId &&
    stored.amountMinor === payment.amount.minor &&
    stored.currency === payment.amount.currency &&
    stored.payeeId === payment.payeeId &&
    isSame(stored.counterparty, payment.counterparty) &&
    stored.paymentCreatedAt.getTime() === payment.createdAt.getTime()
  if (same) return ok(stored)
  return refuse('PAYMENT_MISMATCH', `The payment ${payment.paymentId} was assessed before with other particulars.`)
}

/** One that names whom an earlier version of payments did not tell is another payment: they were not screened. */
const isSame = (one: Counterparty | null, other: Counterparty | null): boolean =>
  one?.party === other?.party &&
  one?.name === other?.name &&
  one?.accountCountry === other?.accountCountry &&
  one?.bankCountry === other?.bankCountry

function lost({ paymentId }: PaymentToAssess): never {
  throw new Error(`The assessment of ${paymentId} was there and is gone.`)
}
