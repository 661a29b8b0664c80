import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { type RemittanceAssessmentRow, remittanceAssessment } from '../../db/tables/remittance-assessment.ts'

const byIds = preparedFor((db) =>
  db
    .select()
    .from(remittanceAssessment)
    .where(amongIds(remittanceAssessment.id))
    .prepare('remittance_assessments_by_ids'),
)

export const findRemittanceAssessments = (db: Db, ids: readonly Id<'ras'>[]): Promise<RemittanceAssessmentRow[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

const byRemittances = preparedFor((db) =>
  db
    .select()
    .from(remittanceAssessment)
    .where(amongIds(remittanceAssessment.remittanceId))
    .prepare('remittance_assessments_by_remittances'),
)

export const findAssessmentsOfRemittances = (db: Db, ids: readonly Id<'rem'>[]): Promise<RemittanceAssessmentRow[]> =>
  byRemittances(db).execute({ ids: ids.map(toUuid) })

/** Null where the remittance was assessed before. */
export async function insertRemittanceAssessment(
  tx: Tx,
  row: Omit<RemittanceAssessmentRow, 'tenantId'>,
): Promise<RemittanceAssessmentRow | null> {
  const [inserted] = await tx.insert(remittanceAssessment).values(row).onConflictDoNothing().returning()
  return inserted ?? null
}
