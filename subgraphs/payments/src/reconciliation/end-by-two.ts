import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { type Decider, type DeciderCode, personWhoDecides, samePersonFault } from '../four-eyes/decider.ts'
import { whileReconciled } from './db/account-lock.ts'
import { changeItems, findAccountsOfItems, findItemsToChange } from './db/items.ts'
import type { LockedItem } from './item.ts'
import { type ItemState, mayBecome, type Resolution } from './item-states.ts'
import { type DecisionEvent, journalDecision, type ReasonedEvent } from './journal-items.ts'

/** A way in which a case ends that one person asks for, and another one approves. */
export type EndByTwo<Code extends string> = {
  /** Where the case stands until somebody has decided: nothing else happens to it. */
  readonly requested: ItemState
  readonly ended: { readonly state: ItemState; readonly resolution: Resolution }
  readonly events: {
    readonly requested: ReasonedEvent
    readonly rejected: ReasonedEvent
    readonly ended: DecisionEvent
  }
  /** Why a case does not end so. Looked at when it is asked for, and again when it is approved: more may have come since. */
  readonly faultOf: (tx: Tx, item: LockedItem) => Promise<Refused<Code> | undefined>
  /** The refusal where nobody has asked for it. */
  readonly notRequested: (item: LockedItem) => Refused<Code>
  /** Decides what the ledger is to post for it. */
  readonly settle: (tx: Tx, item: LockedItem, now: Date) => Promise<void>
}

export type EndByTwoCode = DeciderCode | 'ACCOUNT_BUSY' | 'CASE_NOT_FOUND' | 'CASE_NOT_OPEN' | 'SAME_PERSON'

export type CaseToDecide = { readonly caseId: Id<'rci'> }
export type CaseWithReason = CaseToDecide & { readonly reason: string }

type Decided<Code extends string> = Promise<Outcome<undefined, Code | EndByTwoCode>>

/**
 * Asks that a case ends so. Until somebody has decided, nothing else happens to it. Asked again by the same person for the same
 * reason, it is what it was.
 */
export const requestEnd = <Code extends string>(
  end: EndByTwo<Code>,
  db: TenantDb,
  { caseId, reason }: CaseWithReason,
  decider: Decider,
): Decided<Code> =>
  decided<Code>(db, { caseId, reason }, decider, async (tx, item, requestedBy) => {
    const { requested: state, events } = end
    const isAsked = item.state === state && item.requestedBy === requestedBy && item.reason === reason
    if (isAsked) return ok(undefined)
    if (!mayBecome(item.state, state))
      return refuse('CASE_NOT_OPEN', `The case is not open: it is ${item.state}.`, ['caseId'])
    const fault = await end.faultOf(tx, item)
    if (fault !== undefined) return fault
    const { provenance } = decider
    await changeItems(tx, [item.id], { state, requestedBy, requestedAt: provenance.now, reason })
    await journalDecision(tx, item, { type: events.requested, state, reason }, provenance)
    return ok(undefined)
  })

/** Approves what somebody else has asked for. Approved again by the same person, it is what it was. */
export const approveEnd = <Code extends string>(
  end: EndByTwo<Code>,
  db: TenantDb,
  { caseId }: CaseToDecide,
  decider: Decider,
): Decided<Code> =>
  decided<Code>(db, { caseId }, decider, async (tx, item, approvedBy) => {
    const { requestedBy } = item
    const { state, resolution } = end.ended
    const hasEnded = item.state === state && item.resolution === resolution
    if (hasEnded && item.resolvedBy === approvedBy) return ok(undefined)
    if (item.state !== end.requested || requestedBy === null) return end.notRequested(item)
    const fault = samePersonFault({ requestedBy, approvedBy }, ['caseId']) ?? (await end.faultOf(tx, item))
    if (fault !== undefined) return fault
    const { provenance } = decider
    await changeItems(tx, [item.id], { ...end.ended, resolvedBy: approvedBy, resolvedAt: provenance.now })
    await end.settle(tx, item, provenance.now)
    await journalDecision(tx, item, { type: end.events.ended, state, requestedBy }, provenance)
    return ok(undefined)
  })

/** Turns a request down, or takes one's own back: the case is open again. */
export const rejectEnd = <Code extends string>(
  end: EndByTwo<Code>,
  db: TenantDb,
  { caseId, reason }: CaseWithReason,
  decider: Decider,
): Decided<Code> =>
  decided<Code>(db, { caseId, reason }, decider, async (tx, item) => {
    if (item.state !== end.requested) return end.notRequested(item)
    const state = 'OPEN'
    await changeItems(tx, [item.id], { state, requestedBy: null, requestedAt: null, reason: null })
    await journalDecision(tx, item, { type: end.events.rejected, state, reason }, decider.provenance)
    return ok(undefined)
  })

type Step<Code extends string> = (tx: Tx, item: LockedItem, person: Id<'usr'>) => Decided<Code>

async function decided<Code extends string>(
  db: TenantDb,
  { caseId, reason }: CaseToDecide & { readonly reason?: string },
  decider: Decider,
  step: Step<Code>,
): Decided<Code> {
  const person = personWhoDecides(decider, reason)
  if (!person.ok) return person
  return whileReconciled(db, await findAccountsOfItems(db, [caseId]), async (tx) => {
    const [item] = await findItemsToChange(tx, [caseId])
    // What was matched is no case.
    if (item === undefined || item.state === 'SETTLED')
      return refuse('CASE_NOT_FOUND', 'There is no such case.', ['caseId'])
    return step(tx, item, person.value)
  })
}
