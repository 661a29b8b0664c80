import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { lockCycle } from '../db/settlement-cycles.ts'
import { eventOf } from '../events.ts'
import { type Decider, type DeciderCode, personWhoDecides, samePersonFault } from '../four-eyes/decider.ts'
import { changeCycle } from './change-cycle.ts'
import { SETTLEMENT_REFUSALS, type SettlementCycle } from './cycle.ts'

/** Why nothing is decided on a reversal, in the order in which it is looked at. */
export type ReversalCode =
  | DeciderCode
  | 'CYCLE_NOT_FOUND'
  | 'CYCLE_STATE_WRONG'
  | 'REVERSAL_NOT_REQUESTED'
  | 'SAME_PERSON'

type Decided = Outcome<SettlementCycle, ReversalCode>
type CycleId = { readonly id: Id<'cyc'> }
type Reasoned = CycleId & { readonly reason: string }

/** Asks that a settlement is taken back. Another person has to approve it. Asked again by the same person, it is what it was. */
export const requestReversal = (db: TenantDb, { id, reason }: Reasoned, decider: Decider): Promise<Decided> =>
  decided(db, { id, reason }, decider, async (tx, cycle, requestedBy) => {
    const { state, reversal } = cycle
    if (state === 'REVERSAL_REQUESTED' && reversal?.requestedBy === requestedBy && reversal.reason === reason)
      return ok(cycle)
    if (state !== 'SETTLED')
      return refuse('CYCLE_STATE_WRONG', `Only what is settled is taken back: it is ${state}.`, ['id'])
    const { provenance } = decider
    const request = { requestedBy, requestedAt: provenance.now, reason, approval: null }
    return ok(
      await changeCycle(
        tx,
        cycle,
        { state: 'REVERSAL_REQUESTED', reversal: request, refusal: null },
        (about) => eventOf('settlement.reversal_requested', { ...about, reason }),
        provenance,
      ),
    )
  })

/**
 * Approves what somebody else asked for. What the ledger has to do for it follows (`reverseCycle`), whoever does it. Approved
 * again by the same person, it is what it was.
 */
export const approveReversal = (db: TenantDb, { id }: CycleId, decider: Decider): Promise<Decided> =>
  decided(db, { id }, decider, async (tx, cycle, approvedBy) => {
    const { state, reversal } = cycle
    if (reversal?.approval?.approvedBy === approvedBy) return ok(cycle)
    if (state !== 'REVERSAL_REQUESTED' || reversal === null) return notRequested(cycle)
    const { requestedBy } = reversal
    const fault = samePersonFault({ requestedBy, approvedBy }, ['id'])
    if (fault !== undefined) return fault
    const { provenance } = decider
    const approval = { approvedBy, approvedAt: provenance.now }
    return ok(
      await changeCycle(
        tx,
        cycle,
        { state: 'REVERSING', reversal: { ...reversal, approval } },
        (about) => eventOf('settlement.reversal_approved', { ...about, requestedBy }),
        provenance,
      ),
    )
  })

/** Turns a request down, or takes one's own back: the cycle is settled as before. */
export const rejectReversal = (db: TenantDb, { id, reason }: Reasoned, decider: Decider): Promise<Decided> =>
  decided(db, { id, reason }, decider, async (tx, cycle) => {
    if (cycle.state !== 'REVERSAL_REQUESTED') return notRequested(cycle)
    return ok(
      await changeCycle(
        tx,
        cycle,
        { state: 'SETTLED', reversal: null },
        (about) => eventOf('settlement.reversal_rejected', { ...about, reason }),
        decider.provenance,
      ),
    )
  })

/**
 * Has a cycle settled again whose settlement was taken back, as it would be if it had just been closed. Of one that is closed or
 * settled that is so already, and nothing is changed.
 */
export const settleAgain = (db: TenantDb, { id, reason }: Reasoned, decider: Decider): Promise<Decided> =>
  decided(db, { id, reason }, decider, async (tx, cycle) => {
    const { state, attempt } = cycle
    if (state === 'CLOSED' || state === 'SETTLED') return ok(cycle)
    if (state !== 'REVERSED')
      return refuse('CYCLE_STATE_WRONG', `Only what was taken back is settled again: it is ${state}.`, ['id'])
    return ok(
      await changeCycle(
        tx,
        cycle,
        // Under ids of its own: those of the settlement that was taken back are used up.
        { state: 'CLOSED', reversal: null, attempt: attempt + 1 },
        (about) => eventOf('settlement.resumed', { ...about, reason }),
        decider.provenance,
      ),
    )
  })

const notRequested = ({ state }: SettlementCycle) =>
  refuse('REVERSAL_NOT_REQUESTED', `Nobody asks that it is taken back: it is ${state}.`, ['id'])

type Step = (tx: Tx, cycle: SettlementCycle, person: Id<'usr'>) => Promise<Decided>

async function decided(
  db: TenantDb,
  { id, reason }: CycleId & { readonly reason?: string },
  decider: Decider,
  step: Step,
): Promise<Decided> {
  const person = personWhoDecides(decider, reason)
  if (!person.ok) return person
  return inTransaction(db, async (tx) => {
    const cycle = await lockCycle(tx, id, 'no key update')
    if (cycle === undefined) return refuse('CYCLE_NOT_FOUND', SETTLEMENT_REFUSALS.CYCLE_NOT_FOUND, ['id'])
    return step(tx, cycle, person.value)
  })
}
