import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type Decider, type DeciderCode, personWhoDecides, samePersonFault } from '../four-eyes/decider.ts'
import { lockReconciledAccount, whileReconciled } from './db/account-lock.ts'
import { changeItems, findItemsToChange } from './db/items.ts'
import { insertPostings } from './db/postings.ts'
import type { LockedItem } from './item.ts'
import { mayBecome } from './item-states.ts'
import { journalWriteOff } from './journal-items.ts'
import { postingOf } from './postings.ts'

export type WriteOffCode =
  | DeciderCode
  | 'ACCOUNT_BUSY'
  | 'CASE_NOT_FOUND'
  | 'CASE_NOT_OPEN'
  | 'WRITE_OFF_NOT_REQUESTED'
  | 'SAME_PERSON'
  | 'NOTHING_TO_WRITE_OFF'

/** Asks that what a case holds in suspense is written off. Until somebody has decided, nothing else happens to it. */
export function requestWriteOff(
  db: TenantDb,
  { caseId, reason }: { caseId: Id<'rci'>; reason: string },
  decider: Decider,
): Promise<Outcome<undefined, WriteOffCode>> {
  return decided(db, { caseId, reason }, decider, async (tx, item, person) => {
    if (!mayBecome(item.state, 'WRITE_OFF_REQUESTED'))
      return refuse('CASE_NOT_OPEN', `The case is not open: it is ${item.state}.`, ['caseId'])
    if (item.differenceMinor === 0n)
      return refuse('NOTHING_TO_WRITE_OFF', 'The case holds nothing in suspense.', ['caseId'])
    const requested = { requestedBy: person, requestedAt: decider.provenance.now, reason }
    await changeItems(tx, [item.id], { state: 'WRITE_OFF_REQUESTED', ...requested })
    const type = 'reconciliation_item.write_off_requested'
    await journalWriteOff(tx, item, { type, reason }, decider.provenance)
    return ok(undefined)
  })
}

/** Approves a request of somebody else: what is in suspense goes to write-offs. */
export function approveWriteOff(
  db: TenantDb,
  { caseId }: { caseId: Id<'rci'> },
  decider: Decider,
): Promise<Outcome<undefined, WriteOffCode>> {
  return decided(db, { caseId }, decider, async (tx, item, person) => {
    const { requestedBy } = item
    if (!mayBecome(item.state, 'WRITTEN_OFF') || requestedBy === null) return notRequested(item)
    const fault = samePersonFault({ requestedBy, approvedBy: person }, ['caseId'])
    if (fault !== undefined) return fault
    const { now } = decider.provenance
    const resolved = { resolution: 'WRITTEN_OFF', resolvedBy: person, resolvedAt: now } as const
    await changeItems(tx, [item.id], { state: 'WRITTEN_OFF', ...resolved })
    await insertPostings(
      tx,
      [postingOf('WRITE_OFF', { ...item, itemId: item.id, amountMinor: item.differenceMinor })],
      now,
    )
    const type = 'reconciliation_item.written_off'
    await journalWriteOff(tx, item, { type, requestedBy }, decider.provenance)
    return ok(undefined)
  })
}

/** Turns a request down, or takes one's own back: the case is open again. */
export function rejectWriteOff(
  db: TenantDb,
  { caseId, reason }: { caseId: Id<'rci'>; reason: string },
  decider: Decider,
): Promise<Outcome<undefined, WriteOffCode>> {
  return decided(db, { caseId, reason }, decider, async (tx, item) => {
    if (item.state !== 'WRITE_OFF_REQUESTED') return notRequested(item)
    await changeItems(tx, [item.id], { state: 'OPEN', requestedBy: null, requestedAt: null, reason: null })
    const type = 'reconciliation_item.write_off_rejected'
    await journalWriteOff(tx, item, { type, reason }, decider.provenance)
    return ok(undefined)
  })
}

const notRequested = ({ state }: LockedItem) =>
  refuse('WRITE_OFF_NOT_REQUESTED', `Nobody has asked that it is written off: it is ${state}.`, ['caseId'])

type Step = (tx: Tx, item: LockedItem, person: Id<'usr'>) => Promise<Outcome<undefined, WriteOffCode>>

async function decided(
  db: TenantDb,
  { caseId, reason }: { caseId: Id<'rci'>; reason?: string },
  decider: Decider,
  step: Step,
): Promise<Outcome<undefined, WriteOffCode>> {
  const person = personWhoDecides(decider, reason)
  if (!person.ok) return person
  return whileReconciled(db, async (tx) => {
    const [seen] = await findItemsToChange(tx, [caseId])
    if (seen !== undefined) await lockReconciledAccount(tx, seen.account)
    const [item] = await findItemsToChange(tx, [caseId])
    // What was matched is no case.
    if (item === undefined || item.state === 'SETTLED')
      return refuse('CASE_NOT_FOUND', 'There is no such case.', ['caseId'])
    return step(tx, item, person.value)
  })
}
