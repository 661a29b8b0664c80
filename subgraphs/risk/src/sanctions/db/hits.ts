import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { desc } from 'drizzle-orm'
import { type PaymentScreeningHitRow, paymentScreeningHit } from '../../db/tables/payment-screening-hit.ts'
import { type ScreeningHitRow, screeningHit } from '../../db/tables/screening-hit.ts'
import { type Hit, storedHit } from '../hit.ts'

const byAssessments = preparedFor((db) =>
  db
    .select()
    .from(screeningHit)
    .where(amongIds(screeningHit.assessmentId))
    .orderBy(desc(screeningHit.isExact), desc(screeningHit.score), screeningHit.rank)
    .prepare('screening_hits_by_assessments'),
)

/** Most alike first. */
export const findHits = (db: Db, ids: readonly Id<'ras'>[]): Promise<ScreeningHitRow[]> =>
  byAssessments(db).execute({ ids: ids.map(toUuid) })

const byPaymentAssessments = preparedFor((db) =>
  db
    .select()
    .from(paymentScreeningHit)
    .where(amongIds(paymentScreeningHit.assessmentId))
    .orderBy(desc(paymentScreeningHit.isExact), desc(paymentScreeningHit.score), paymentScreeningHit.rank)
    .prepare('payment_screening_hits_by_assessments'),
)

/** Most alike first. */
export const findPaymentHits = (db: Db, ids: readonly Id<'asm'>[]): Promise<PaymentScreeningHitRow[]> =>
  byPaymentAssessments(db).execute({ ids: ids.map(toUuid) })

/** Call it in the transaction of the assessment, which there is one of. */
export async function insertHits(tx: Tx, assessmentId: Id<'ras'>, hits: readonly Hit[]): Promise<void> {
  if (hits.length === 0) return
  await tx.insert(screeningHit).values(rowsOf(assessmentId, hits))
}

/** Of assessments of payments that were stored in the same transaction. */
export async function insertPaymentHits(
  tx: Tx,
  assessments: readonly { readonly id: Id<'asm'>; readonly hits: readonly Hit[] }[],
): Promise<void> {
  const rows = assessments.flatMap(({ id, hits }) => rowsOf(id, hits))
  if (rows.length > 0) await tx.insert(paymentScreeningHit).values(rows)
}

const rowsOf = <AssessmentId>(assessmentId: AssessmentId, hits: readonly Hit[]) =>
  hits.map((hit, rank) => ({ ...storedHit(hit), assessmentId, rank }))
