import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { findOperatorAccountIds } from '../db/ledger-accounts.ts'
import { findRoute } from '../db/payment-routes.ts'
import { findPayment } from '../db/payments.ts'
import { findItem } from '../db/settlement-cycles.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { type Direction, endToEndId } from '../rails/instruction.ts'
import type { RailName } from '../rails/rail.ts'
import { railFeeOf } from '../rails/rail-fees.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { expectWithin } from '../reconciliation/expect-movements.ts'
import { enterItems, type NewItem } from '../settlement/enter-item.ts'
import { railTerms } from '../settlement/rail-terms.ts'
import { localDay } from '../settlement/schedule.ts'
import type { OnEnd } from './change-payment.ts'
import { instructionIdOf } from './instruction-of.ts'
import { openMissingAccounts, whereNeeded } from './operator-accounts.ts'

const PURPOSES = ['RAIL_CLEARING', 'FUNDING', 'SETTLEMENT', 'FEE_INCOME'] as const
type Purpose = (typeof PURPOSES)[number] | 'BANK_FEES'

/** What a rail has moved. */
export type Moved = {
  /** The typed id of what it was moved for: the same is cleared once. */
  readonly reference: string
  /** Out of the operator's account at the bank, or into it. */
  readonly direction: Direction
  readonly rail: RailName
  readonly amount: Money
  /** Under which banks carry it. */
  readonly instruction: Id<'ins'>
  /** The account of the other side, where it is one at a bank. */
  readonly counterparty: string | null
  /** Whether the rail charges for it: what comes back by itself is free. */
  readonly isCharged: boolean
}

/**
 * What a rail has moved, in the transaction that records so: it is entered into the cycle that is open, which brings it from
 * RAIL_CLEARING to FUNDING, and is expected on the operator's account at the bank, where there is one. So is what the rail
 * charges for it, which is taken from FUNDING: in an item and a movement of their own, so that the bank may book them as one
 * entry or as two.
 */
export async function clear(tx: Tx, config: RailsConfig, moved: Moved, now: Date): Promise<void> {
  const { reference, direction, rail, amount } = moved
  const isOut = direction === 'OUT'
  const accounts = await accountsIn(tx, PURPOSES, amount.currency, now)
  const [debtorId, creditorId] = isOut
    ? [accounts.RAIL_CLEARING, accounts.FUNDING]
    : [accounts.FUNDING, accounts.RAIL_CLEARING]
  const fee = await feeItem(tx, config, moved, now)
  const items = [{ reference, debtorId, creditorId, amount }, ...fee]
  const terms = railTerms(rail, amount.currency, config.clearing, accounts)
  const entered = await enterItems(tx, terms, items, now)
  if (!entered.ok) throw new Error(`${reference} was not cleared: ${entered.code}.`)
  const { account } = config.operator
  if (account === undefined) return
  const movement = {
    references: [endToEndId(moved.instruction)],
    currency: amount.currency,
    expectedOn: localDay(now, config.clearing.timeZone),
    feeMinor: 0n,
  }
  const amountMinor = isOut ? -amount.minor : amount.minor
  const movements = [
    { ...movement, source: reference, amountMinor, counterparty: moved.counterparty },
    ...fee.map(({ reference: source, amount: { minor } }) => ({
      ...movement,
      source,
      amountMinor: -minor,
      counterparty: null,
    })),
  ]
  const expected = await expectWithin(tx, { account, movements, now })
  if (!expected.ok) throw new Error(`${reference} was not expected at the bank: ${expected.code}.`)
}

/** What the rail charges for it, as BANK_FEES owes it FUNDING; none where it is free, or was cleared before. */
async function feeItem(
  tx: Tx,
  { fees }: RailsConfig,
  { isCharged, reference, rail, amount }: Moved,
  now: Date,
): Promise<NewItem[]> {
  const fee = railFeeOf(fees, rail, amount)
  // What was charged then stands, whatever is charged now.
  if (!isCharged || fee.minor === 0n || (await findItem(tx, reference)) !== undefined) return []
  const { BANK_FEES, FUNDING } = await accountsIn(tx, ['BANK_FEES', 'FUNDING'], amount.currency, now)
  return [{ reference: `${reference} fee`, debtorId: BANK_FEES, creditorId: FUNDING, amount: fee }]
}

/** Clears what a rail has moved for a payment, in the transaction that says where it has come to. */
export const clearing =
  (config: RailsConfig): OnEnd =>
  async (tx, payment, now) => {
    const amount = movedAmount(payment)
    // Money that came back on its own has no instruction but that of what it came back of.
    const instructed = payment.execution === null ? await originalOf(tx, payment) : payment
    const { rail, counterparty } = await findRoute(tx, instructed.id)
    const { RAIL_CLEARING } = await accountsIn(tx, ['RAIL_CLEARING'], amount.currency, now)
    const moved: Moved = {
      reference: payment.id,
      direction: payment.destinationAccountId === RAIL_CLEARING ? 'OUT' : 'IN',
      rail,
      amount,
      instruction: instructionIdOf(instructed),
      counterparty: payment.method === 'BANK' ? (counterparty.account ?? null) : null,
      isCharged: payment.execution !== null,
    }
    await clear(tx, config, moved, now)
  }

async function originalOf(tx: Tx, { id, originalId }: Payment): Promise<Payment> {
  if (originalId === null) throw new Error(`${id} went over no rail.`)
  return findPayment(tx, originalId)
}

/** The operator's accounts that clearing goes by; those that are missing are opened. */
async function accountsIn<Wanted extends Purpose>(
  tx: Tx,
  purposes: readonly Wanted[],
  currency: CurrencyCode,
  now: Date,
): Promise<Readonly<Record<Wanted, Id<'led'>>>> {
  const hasAll = (accounts: Partial<Record<Purpose, Id<'led'>>>): accounts is Record<Wanted, Id<'led'>> =>
    purposes.every((purpose) => accounts[purpose] !== undefined)
  const known = await findOperatorAccountIds(tx, purposes, currency)
  if (hasAll(known)) return known
  await openMissingAccounts(tx, currency, whereNeeded(now), purposes)
  const opened = await findOperatorAccountIds(tx, purposes, currency)
  if (!hasAll(opened)) throw new Error(`An account that clearing goes by is missing in ${currency}.`)
  return opened
}
