import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findSamples, findWindows, insertSamples, saveWindows } from '../db/kpi-samples.ts'
import { closeViolations, findOpenViolations, insertViolations, type SlaViolation } from '../db/sla-violations.ts'
import { lockSlice } from '../db/slices.ts'
import { type KpiSample, newSamples } from '../domain/kpi-sample.ts'
import { journalViolations } from './journal-violations.ts'
import { watchSlice } from './watch-slice.ts'

export type Recorded = {
  /** How many samples were new. */
  readonly accepted: number
  /** The violations that they opened and closed, as they are after all of them. */
  readonly opened: readonly SlaViolation[]
  readonly closed: readonly SlaViolation[]
}

/**
 * Stores checked samples of one slice and holds the new ones against its SLA, in one transaction and as many statements
 * for a thousand samples as for one. The slice is locked meanwhile, so that of many calls at once each sees the windows that
 * the one before it left.
 */
export function recordKpiSamples(
  db: TenantDb,
  sliceId: Id<'slc'>,
  samples: readonly KpiSample[],
  provenance: Provenance,
): Promise<Outcome<Recorded, 'SLICE_NOT_FOUND' | 'SAMPLE_CONFLICT'>> {
  return inTransaction(db, async (tx) => {
    const slice = await lockSlice(tx, sliceId)
    if (slice === null) return refuse('SLICE_NOT_FOUND', `There is no slice ${sliceId}.`, ['sliceId'])
    // Looked up before, not left to the key: a conflict refuses all of them, and then nothing is written.
    const added = newSamples(samples, await findSamples(tx, sliceId, samples))
    if (!added.ok) return added
    const accepted = added.value.length
    if (accepted === 0) return ok({ accepted, opened: [], closed: [] })
    await insertSamples(tx, sliceId, added.value)
    const windows = await findWindows(tx, sliceId)
    const open = await findOpenViolations(tx, sliceId)
    const watched = watchSlice(slice, { windows, open }, added.value, { now: provenance.now, newViolationId })
    await saveWindows(tx, sliceId, watched.windows)
    const { opened, closed } = watched
    // Before the new ones: an objective may close and open again, and only one of its violations may be open.
    await closeViolations(
      tx,
      closed.filter((violation) => !opened.includes(violation)),
    )
    await insertViolations(tx, opened)
    await journalViolations(tx, { opened, closed }, provenance)
    return ok({ accepted, opened, closed })
  })
}

const newViolationId = () => newId('vio')
