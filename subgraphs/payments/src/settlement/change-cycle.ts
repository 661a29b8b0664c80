import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { updateCycle } from '../db/settlement-cycles.ts'
import { mayBecome, type SettlementCycle } from './cycle.ts'
import { settlementEvent, type Tell } from './settlement-event.ts'

type CycleChange = Pick<SettlementCycle, 'state'> &
  Partial<Pick<SettlementCycle, 'attempt' | 'reversalAttempt' | 'refusal' | 'reversal'>>

/**
 * Changes a cycle that the caller holds locked, with its event.
 * @throws Error for a move that is not legal: whoever may ask for one is refused before
 */
export async function changeCycle(
  tx: Tx,
  current: SettlementCycle,
  change: CycleChange,
  tell: Tell,
  provenance: Provenance,
): Promise<SettlementCycle> {
  const { id, state, version } = current
  if (change.state !== state && !mayBecome(state, change.state))
    throw new Error(`${id} is ${state} and cannot become ${change.state}.`)
  const changed = { ...current, ...change, version: version + 1, changedAt: provenance.now }
  await updateCycle(tx, changed)
  await appendToJournal(tx, settlementEvent(changed, tell, provenance))
  return changed
}
