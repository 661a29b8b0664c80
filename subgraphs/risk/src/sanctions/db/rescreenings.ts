import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { desc } from 'drizzle-orm'
import { type PaymentRescreeningRow, paymentRescreening } from '../../db/tables/payment-rescreening.ts'
import { type RemittanceRescreeningRow, remittanceRescreening } from '../../db/tables/remittance-rescreening.ts'

const ofPayments = preparedFor((db) =>
  db
    .select()
    .from(paymentRescreening)
    .where(amongIds(paymentRescreening.assessmentId))
    .orderBy(desc(paymentRescreening.sanctionsVersion))
    .prepare('payment_rescreenings_by_assessments'),
)

/** Newest first. */
export const findPaymentRescreenings = (db: Db, ids: readonly Id<'asm'>[]): Promise<PaymentRescreeningRow[]> =>
  ofPayments(db).execute({ ids: ids.map(toUuid) })

const ofRemittances = preparedFor((db) =>
  db
    .select()
    .from(remittanceRescreening)
    .where(amongIds(remittanceRescreening.assessmentId))
    .orderBy(desc(remittanceRescreening.sanctionsVersion))
    .prepare('remittance_rescreenings_by_assessments'),
)

/** Newest first. */
export const findRemittanceRescreenings = (db: Db, ids: readonly Id<'ras'>[]): Promise<RemittanceRescreeningRow[]> =>
  ofRemittances(db).execute({ ids: ids.map(toUuid) })

/** Of two who approve at once the first stores it: both have compared with the same list. */
export async function insertPaymentRescreening(tx: Tx, row: Omit<PaymentRescreeningRow, 'tenantId'>): Promise<void> {
  await tx.insert(paymentRescreening).values(row).onConflictDoNothing()
}

/** As of payments. */
export async function insertRemittanceRescreening(
  tx: Tx,
  row: Omit<RemittanceRescreeningRow, 'tenantId'>,
): Promise<void> {
  await tx.insert(remittanceRescreening).values(row).onConflictDoNothing()
}
