import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { type CaseChange, updateCase } from '../db/unapplied-money.ts'
import { type CaseState, leftMinor, mayBecome, type UnappliedCase } from '../domain/unapplied-case.ts'
import { eventOf } from '../events.ts'

/** What is told of every change of a case. */
type Told = ReturnType<typeof toldOf>

/**
 * Changes a case that the caller holds locked, with its event.
 * @param told makes the event from what is told of every change
 * @throws Error for a move that is not legal: whoever may ask for one is refused before
 */
export async function changeCase(
  tx: Tx,
  current: UnappliedCase,
  change: CaseChange & { readonly state: CaseState },
  told: (fields: Told) => ReturnType<typeof eventOf>,
  { now, ...by }: Provenance,
): Promise<UnappliedCase> {
  const { id, version } = current
  if (change.state !== current.state && !mayBecome(current.state, change.state))
    throw new Error(`${id} is ${current.state} and cannot become ${change.state}.`)
  const changed = { ...current, ...change, version: version + 1 }
  await updateCase(tx, id, { ...change, version: version + 1 })
  const aggregate = { type: 'unapplied_money', id }
  await appendToJournal(tx, { aggregate, version: version + 1, ...told(toldOf(changed, now)), ...by, occurredAt: now })
  return changed
}

const toldOf = (changed: UnappliedCase, now: Date) => ({
  unappliedId: changed.id,
  reference: changed.reference,
  amount: eventMoney(money(leftMinor(changed), changed.amount.currency)),
  state: changed.state,
  at: now.toISOString(),
})

/** Of a case that nobody’s request is about. */
export const UNREQUESTED = {
  resolution: null,
  walletId: null,
  refundId: null,
  requestedBy: null,
  requestedAt: null,
  requestReason: null,
  approvedBy: null,
  approvedAt: null,
} as const satisfies CaseChange

/** It has ended, as was approved, or by itself. */
export const endCase = (
  tx: Tx,
  current: UnappliedCase,
  resolution: NonNullable<UnappliedCase['resolution']>,
  by: Provenance,
  change: CaseChange = {},
): Promise<UnappliedCase> =>
  changeCase(
    tx,
    current,
    { ...change, state: 'RESOLVED', resolution, resolvedAt: by.now },
    (fields) => eventOf('unapplied_money.resolved', { ...fields, resolution }),
    by,
  )

/** What was approved did not come about: it is open again, and says why. */
export const reopenCase = (tx: Tx, current: UnappliedCase, refusal: string, by: Provenance): Promise<UnappliedCase> =>
  changeCase(
    tx,
    current,
    { ...UNREQUESTED, state: 'OPEN', refusal },
    (fields) => eventOf('unapplied_money.resolution_refused', { ...fields, refusalCode: refusal }),
    by,
  )

/**
 * Part of a case on which nobody has decided yet has gone back by itself, or all of it: that ends it. A request was for
 * what it was before, and does not hold any more.
 */
export async function returnOfCase(tx: Tx, current: UnappliedCase, minor: bigint, by: Provenance): Promise<void> {
  const returnedMinor = current.returnedMinor + minor
  if (returnedMinor === current.amount.minor) {
    await endCase(tx, current, 'RETURNED', by, { ...UNREQUESTED, returnedMinor })
    return
  }
  const returned = eventMoney(money(minor, current.amount.currency))
  await changeCase(
    tx,
    current,
    { ...UNREQUESTED, state: 'OPEN', returnedMinor },
    (fields) => eventOf('unapplied_money.returned', { ...fields, returned }),
    by,
  )
}
