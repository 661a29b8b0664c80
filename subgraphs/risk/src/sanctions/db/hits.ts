import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { desc } from 'drizzle-orm'
import { type ScreeningHitRow, screeningHit } from '../../db/tables/screening-hit.ts'
import type { Hit } from '../hit.ts'
import { SCORE_DIGITS } from '../reasons.ts'

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

/** Call it in the transaction of the assessment, which there is one of. */
export async function insertHits(tx: Tx, assessmentId: Id<'ras'>, hits: readonly Hit[]): Promise<void> {
  if (hits.length === 0) return
  await tx
    .insert(screeningHit)
    .values(hits.map((hit, rank) => ({ ...hit, assessmentId, rank, score: hit.score.toFixed(SCORE_DIGITS) })))
}
