import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { violatesUnique } from '@carriergraph/shared/db/sql-error.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Charge, type ChargeDecision, decideCharges } from '../domain/charging.ts'
import type { Usage } from '../domain/usage.ts'
import { lockChargingFacts } from './charging-facts.ts'
import { raiseAlerts } from './raise-alerts.ts'
import { RECORD_ID_UNIQUE } from './tables/usage-records.ts'
import { type UsageRecord, usageRecordOf } from './usage-records.ts'
import { writeCharges } from './write-charges.ts'

/** Records of one transaction: enough to spread its cost, and accounts are not locked for long. */
export const USAGE_BATCH_MAX = 1_000

/** What became of one record. */
export type ChargeResult =
  | { readonly kind: 'charged'; readonly usage: Usage; readonly record: UsageRecord }
  | Exclude<ChargeDecision, Charge>

/**
 * Charges a batch in one transaction, each record once for ever: a record that was charged before, or stands in the
 * batch twice, is a duplicate. The number of statements does not depend on the size of the batch.
 * @param batch usage that `checkUsage` accepted, at most USAGE_BATCH_MAX
 * @returns one result for each record, in the same order and with the very object that was given
 */
export async function chargeUsage(
  db: TenantDb,
  batch: readonly Usage[],
  provenance: Provenance,
): Promise<ChargeResult[]> {
  if (batch.length > USAGE_BATCH_MAX) throw new RangeError(`More than ${USAGE_BATCH_MAX} records in one batch.`)
  if (batch.length === 0) return []
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, (tx) => chargeInTransaction(tx, batch, provenance))
    } catch (error) {
      // The same record came at the same moment for another account, whose lock is another. It is there now, so the
      // next attempt sees it and refuses.
      if (attempt === ATTEMPTS_MAX || !violatesUnique(error, RECORD_ID_UNIQUE)) throw error
    }
  }
}

/** Each attempt loses to another batch that has committed; a source that does this more often is broken. */
const ATTEMPTS_MAX = 5

async function chargeInTransaction(tx: Tx, batch: readonly Usage[], provenance: Provenance): Promise<ChargeResult[]> {
  const decisions = decideCharges(batch, await lockChargingFacts(tx, batch))
  const results = decisions.map(
    (decision): ChargeResult =>
      decision.kind === 'charge'
        ? { kind: 'charged', usage: decision.usage, record: usageRecordOf(decision, provenance.now) }
        : decision,
  )
  await writeCharges(
    tx,
    results.flatMap((result) => (result.kind === 'charged' ? [result.record] : [])),
  )
  await raiseAlerts(
    tx,
    decisions.filter((decision) => decision.kind === 'charge'),
    provenance,
  )
  return results
}
