import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { recordsetOf } from '@carriergraph/shared/db/recordset.ts'
import { fromUuid, type Id, toUuid } from '@carriergraph/shared/ids.ts'
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

const toInsert = recordsetOf(riskAssessment, [
  'id',
  'paymentId',
  'payerId',
  'amountMinor',
  'currency',
  'amountEuro',
  'payeeId',
  'counterparty',
  'decision',
  'score',
  'ruleHits',
  'explanation',
  'complianceReasons',
  'sanctionsVersion',
  'paymentCreatedAt',
  'assessedAt',
])

/** Stores assessments of different payments; answers with those whose payment was not assessed before. */
export async function insertAssessments<Assessment extends Omit<RiskAssessmentRow, 'tenantId'>>(
  tx: Tx,
  assessments: readonly Assessment[],
): Promise<Assessment[]> {
  if (assessments.length === 0) return []
  const rows = await tx.execute<{ id: string }>(sql`
    insert into ${riskAssessment} (${toInsert.names})
    select ${toInsert.names} from ${toInsert.from(assessments)} order by place
    on conflict (tenant_id, payment_id) do nothing returning id`)
  const inserted = new Set(rows.map(({ id }) => fromUuid('asm', id)))
  return assessments.filter(({ id }) => inserted.has(id))
}

/** How many of the payer's latest approved payments the average is made of. */
const AVERAGE_OVER = 20

/** Of whose history, and before and around what time. */
export type HistoryQuestion = Pick<RiskAssessmentRow, 'payerId' | 'paymentCreatedAt'>

export type PayerHistory = Pick<Facts, 'paymentsNearby' | 'earlierPayments' | 'averageEuro'>

const asked = recordsetOf(riskAssessment, ['payerId', 'paymentCreatedAt'])

/**
 * What payers did around and before payments, in the order asked, as far as risk was asked. What was declined, or waits for a
 * person, does not say what the payer usually pays: a large attempt would make the next one look usual. Call it while the
 * payers are locked.
 */
export async function payerHistories(tx: Tx, questions: readonly HistoryQuestion[]): Promise<PayerHistory[]> {
  const window = sql`make_interval(mins => ${VELOCITY_WINDOW_MINUTES}::int)`
  const rows = await tx.execute<{ nearby: number; count: number; average: string | null }>(sql`
    select near.nearby, latest.count, latest.average
    from ${asked.from(questions)}
    cross join lateral (
      select count(*)::int as nearby from (
        select from ${riskAssessment} one
        where one.payer_id = given.payer_id
          and one.payment_created_at > given.payment_created_at - ${window}
          and one.payment_created_at < given.payment_created_at + ${window}
        limit ${PAYMENTS_COUNTED_MAX}
      ) counted
    ) near
    cross join lateral (
      select count(*)::int as count, round(avg(amount_euro), ${EURO_DIGITS}::int)::text as average from (
        select amount_euro from ${riskAssessment} one
        where one.payer_id = given.payer_id and one.decision = 'APPROVE'
          and one.payment_created_at <= given.payment_created_at
        order by one.payment_created_at desc, one.id desc
        limit ${AVERAGE_OVER}
      ) approved
    ) latest
    order by given.place`)
  return rows.map(({ nearby, count, average }) => ({
    paymentsNearby: nearby,
    earlierPayments: count,
    averageEuro: average ? new Decimal(average) : null,
  }))
}
