import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { ensureCycle } from '../db/open-settlement-cycle.ts'
import { findItem, findPairs, hasPair, insertItem, lockCycle, type SettlementItem } from '../db/settlement-cycles.ts'
import { type SettlementCode, settlementRefusal } from './cycle.ts'
import { feeOf } from './fees.ts'
import { fitsOneChain, type Pair } from './orders.ts'
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
 * Enters what is to be cleared, all of one currency, into the cycle that is open, with its fees, in the transaction of whoever
 * clears it. The same again changes nothing.
 */
export async function enterItems(
  tx: Tx,
  terms: SettlementTerms,
  items: readonly NewItem[],
  now: Date,
): Promise<Outcome<SettlementItem[], SettlementCode>> {
  const withFees = items.map((item) => ({ ...item, feeMinor: feeOf(item.amount, terms.fees).minor }))
  for (const { amount, feeMinor, debtorId, creditorId } of withFees)
    if (amount.minor <= 0n || feeMinor < 0n || debtorId === creditorId) return settlementRefusal('ITEM_MALFORMED')
  const entered: SettlementItem[] = []
  let cycleId: Id<'cyc'> | undefined
  for (const { amount, ...item } of withFees) {
    let stored = await findItem(tx, item.reference)
    if (stored === undefined && cycleId === undefined) {
      const cycle = await openCycle(tx, terms, items, now)
      if (!cycle.ok) return cycle
      cycleId = cycle.value
    }
    if (stored === undefined && cycleId !== undefined)
      stored = await storedItem(tx, { ...item, amountMinor: amount.minor, cycleId }, now)
    if (stored === undefined) throw new Error(`${item.reference} was not entered.`)
    if (!isSame(stored, { ...item, amount })) return settlementRefusal('ITEM_DIFFERS')
    entered.push(stored)
  }
  return ok(entered)
}

/** The item, or what somebody else has entered under its reference meanwhile. */
const storedItem = async (tx: Tx, item: SettlementItem, now: Date): Promise<SettlementItem | undefined> =>
  (await insertItem(tx, item, now)) ? item : findItem(tx, item.reference)

/** Its fee may be another meanwhile: that of when it was entered counts. */
const isSame = (known: SettlementItem, { debtorId, creditorId, amount }: NewItem): boolean =>
  known.debtorId === debtorId && known.creditorId === creditorId && known.amountMinor === amount.minor

/** The cycle that takes the items, which is not closed before the transaction ends. */
async function openCycle(
  tx: Tx,
  { rail, schedule, netting, accounts }: SettlementTerms,
  items: readonly NewItem[],
  now: Date,
): Promise<Outcome<Id<'cyc'>, SettlementCode>> {
  const currency = items[0]?.amount.currency
  if (currency === undefined) throw new Error('Nothing is to be entered.')
  let at = now
  for (let later = 0; later < CLOSED_CYCLES_MAX; later += 1) {
    const period = cycleAt(schedule, at)
    const id = await ensureCycle(tx, { id: newId('cyc', now), rail, currency, netting, accounts, ...period }, now)
    const isNewPair = await isAnyNew(tx, id, items)
    // Who adds a pair waits for others who do, so that together they do not become too many. One lock is for all items: whoever
    // took the weaker one first would wait for others that did so as well, and they for it.
    const cycle = await lockCycle(tx, id, isNewPair ? 'no key update' : 'share')
    if (cycle?.state === 'OPEN') {
      if (!isNewPair || fitsOneChain(cycle.netting, [...(await findPairs(tx, id)), ...items])) return ok(id)
      return settlementRefusal('TOO_MANY_PARTICIPANTS')
    }
    // The clock of whoever closed it is ahead of this one.
    at = period.cutOffAt
  }
  throw new Error(`The clock is more than ${CLOSED_CYCLES_MAX} cycles behind.`)
}

async function isAnyNew(tx: Tx, id: Id<'cyc'>, pairs: readonly Pair[]): Promise<boolean> {
  for (const pair of pairs) if (!(await hasPair(tx, id, pair))) return true
  return false
}

/** Clocks differ by seconds, and cycles are hours apart. */
const CLOSED_CYCLES_MAX = 3
