import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { sql } from 'drizzle-orm'
import type { Facts } from '../domain/rules.ts'
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
  const [inserted] = await tx.insert(riskAssessment).values(row).onConflictDoNothing().returning()
  return inserted ?? null
}

/** How many of the payer's latest payments the average is made of. */
const AVERAGE_OVER = 20

/** What the payer did before `at`, as far as risk was asked. Call it while the payer is locked. */
export async function payerHistory(
  tx: Tx,
  payerId: Id<'usr'>,
  at: Date,
): Promise<Pick<Facts, 'paymentsNearby' | 'earlierPayments' | 'averageEuro'>> {
  const [row] = await tx.execute<{ recent: number; count: number; average: string | null }>(sql`
    select count(*) filter (where payment_created_at > ${at.toISOString()}::timestamptz - interval '10 minutes')::int as recent,
      count(amount_euro) filter (where place <= ${AVERAGE_OVER})::int as count,
      avg(amount_euro) filter (where place <= ${AVERAGE_OVER})::text as average
    from (
      select payment_created_at, amount_euro, row_number() over (order by payment_created_at desc) as place
      from ${riskAssessment}
      where payer_id = ${toUuid(payerId)} and payment_created_at <= ${at.toISOString()}::timestamptz
      order by payment_created_at desc
      limit ${HISTORY_ROWS_MAX}
    ) latest`)
  return {
    paymentsNearby: row?.recent ?? 0,
    earlierPayments: row?.count ?? 0,
    averageEuro: row?.average ? new Decimal(row.average) : null,
  }
}

/** Far above every limit that a rule has; so that a payer with a million payments costs no more than others. */
const HISTORY_ROWS_MAX = 200
