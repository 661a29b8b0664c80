import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { sql } from 'drizzle-orm'
import { EURO_DIGITS } from '../domain/euro.ts'
import { type Facts, PAYMENTS_COUNTED_MAX, VELOCITY_WINDOW_MINUTES } from '../domain/rules.ts'
import { type RiskAssessmentRow, riskAssessment } from './tables/risk-assessment.ts'

const byIds = preparedFor((db) =>
  db.select().from(riskAssessment).where(amongIds(riskAssessment.id)).prepare('assessments_by_ids'),
)

export const findAssessments = (db: Db, ids: readonly Id<'asm'>[]): Promise<RiskAssessmentRow[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

const byPayments = preparedFor((db) =>
  db.select().from(riskAssessment).where(amongIds(riskAssessment.paymentId)).prepare('assessments_by_payments'),
)

export const findAssessmentsOfPayments = (db: Db, ids: readonly Id<'pay'>[]): Promise<RiskAssessmentRow[]> =>
  byPayments(db).execute({ ids: ids.map(toUuid) })

/** Null where the payment was assessed before. */
export async function insertAssessment(
  tx: Tx,
  row: Omit<RiskAssessmentRow, 'tenantId'>,
): Promise<RiskAssessmentRow | null> {
  const [inserted] = await tx
    .insert(riskAssessment)
    .values(row)
    .onConflictDoNothing({ target: [riskAssessment.tenantId, riskAssessment.paymentId] })
    .returning()
  return inserted ?? null
}

/** How many of the payer's latest approved payments the average is made of. */
const AVERAGE_OVER = 20

/**
 * What the payer did around and before `at`, as far as risk was asked. What was declined, or waits for a person, does
 * not say what the payer usually pays: a large attempt would make the next one look usual. Call it while the payer is
 * locked.
 */
export async function payerHistory(
  tx: Tx,
  payerId: Id<'usr'>,
  at: Date,
): Promise<Pick<Facts, 'paymentsNearby' | 'earlierPayments' | 'averageEuro'>> {
  const payer = toUuid(payerId)
  const created = sql`${at.toISOString()}::timestamptz`
  const window = sql`make_interval(mins => ${VELOCITY_WINDOW_MINUTES}::int)`
  const [row] = await tx.execute<{ nearby: number; count: number; average: string | null }>(sql`
    select (
        select count(*)::int from (
          select from ${riskAssessment}
          where payer_id = ${payer} and payment_created_at > ${created} - ${window} and payment_created_at < ${created} + ${window}
          limit ${PAYMENTS_COUNTED_MAX}
        ) near
      ) as nearby,
      count(*)::int as count,
      round(avg(amount_euro), ${EURO_DIGITS}::int)::text as average
    from (
      select amount_euro from ${riskAssessment}
      where payer_id = ${payer} and decision = 'APPROVE' and payment_created_at <= ${created}
      order by payment_created_at desc, id desc
      limit ${AVERAGE_OVER}
    ) latest`)
  return {
    paymentsNearby: row?.nearby ?? 0,
    earlierPayments: row?.count ?? 0,
    averageEuro: row?.average ? new Decimal(row.average) : null,
  }
}
