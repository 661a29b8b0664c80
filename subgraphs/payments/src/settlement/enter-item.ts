import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import {
  ensureCycle,
  findItem,
  findPairs,
  hasPair,
  insertItem,
  lockCycle,
  type SettlementItem,
} from '../db/settlement-cycles.ts'
import { type SettlementCode, settlementRefusal } from './cycle.ts'
import { feeOf } from './fees.ts'
import { fitsOneChain } from './orders.ts'
import { cycleAt } from './schedule.ts'
import type { SettlementTerms } from './terms.ts'

/** What is to be cleared. */
export type NewItem = {
  /** The typed id of it; the same again is the same item. */
  readonly reference: string
  readonly debtorId: Id<'led'>
  readonly creditorId: Id<'led'>
  readonly amount: Money
}

/**
 * Enters what is to be cleared into the cycle that is open, with its fee, in the transaction of whoever clears it. The same
 * again changes nothing.
 */
export async function enterItem(
  tx: Tx,
  terms: SettlementTerms,
  item: NewItem,
  now: Date,
): Promise<Outcome<SettlementItem, SettlementCode>> {
  const { reference, debtorId, creditorId, amount } = item
  const feeMinor = feeOf(amount, terms.fees).minor
  if (amount.minor <= 0n || feeMinor < 0n || debtorId === creditorId) return settlementRefusal('ITEM_MALFORMED')
  const known = await findItem(tx, reference)
  if (known !== undefined) return sameItem(known, item)
  const cycle = await openCycle(tx, terms, item, now)
  if (!cycle.ok) return cycle
  const entered = { reference, debtorId, creditorId, amountMinor: amount.minor, feeMinor, cycleId: cycle.value }
  if (await insertItem(tx, entered, now)) return ok(entered)
  const other = await findItem(tx, reference)
  if (other === undefined) throw new Error(`${reference} was not entered.`)
  return sameItem(other, item)
}

/** Its fee may be another meanwhile: that of when it was entered counts. */
const sameItem = (known: SettlementItem, { debtorId, creditorId, amount }: NewItem) =>
  known.debtorId === debtorId && known.creditorId === creditorId && known.amountMinor === amount.minor
    ? ok(known)
    : settlementRefusal('ITEM_DIFFERS')

/** The cycle that takes the item, which is not closed before the transaction ends. */
async function openCycle(
  tx: Tx,
  { rail, schedule, netting, accounts }: SettlementTerms,
  { debtorId, creditorId, amount: { currency } }: NewItem,
  now: Date,
): Promise<Outcome<Id<'cyc'>, SettlementCode>> {
  const pair = { debtorId, creditorId }
  let at = now
  for (let later = 0; later < CLOSED_CYCLES_MAX; later += 1) {
    const period = cycleAt(schedule, at)
    const id = await ensureCycle(tx, { id: newId('cyc', now), rail, currency, netting, accounts, ...period }, now)
    const isNewPair = !(await hasPair(tx, id, pair))
    // Who adds a pair waits for others who do, so that together they do not become too many.
    const cycle = await lockCycle(tx, id, isNewPair ? 'no key update' : 'share')
    if (cycle?.state === 'OPEN') {
      if (!isNewPair || fitsOneChain(cycle.netting, [...(await findPairs(tx, id)), pair])) return ok(id)
      return settlementRefusal('TOO_MANY_PARTICIPANTS')
    }
    // The clock of whoever closed it is ahead of this one.
    at = period.cutOffAt
  }
  throw new Error(`The clock is more than ${CLOSED_CYCLES_MAX} cycles behind.`)
}

/** Clocks differ by seconds, and cycles are hours apart. */
const CLOSED_CYCLES_MAX = 3
