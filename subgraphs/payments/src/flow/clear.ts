import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { findOperatorAccountIds } from '../db/ledger-accounts.ts'
import { findRoute } from '../db/payment-routes.ts'
import { findPayment } from '../db/payments.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { type Direction, endToEndId } from '../rails/instruction.ts'
import type { RailName } from '../rails/rail.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { expectWithin } from '../reconciliation/expect-movements.ts'
import { enterItem } from '../settlement/enter-item.ts'
import { railTerms } from '../settlement/rail-terms.ts'
import { localDay } from '../settlement/schedule.ts'
import type { OnEnd } from './change-payment.ts'
import { instructionIdOf } from './instruction-of.ts'
import { openMissingAccounts, whereNeeded } from './operator-accounts.ts'

const PURPOSES = ['RAIL_CLEARING', 'FUNDING', 'SETTLEMENT', 'FEE_INCOME'] as const

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
}

/**
 * What a rail has moved, in the transaction that records so: it is entered into the cycle that is open, which brings it from
 * RAIL_CLEARING to FUNDING, and is expected on the operator's account at the bank, where there is one.
 */
export async function clear(tx: Tx, config: RailsConfig, moved: Moved, now: Date): Promise<void> {
  const { reference, direction, rail, amount } = moved
  const isOut = direction === 'OUT'
  const accounts = await accountsIn(tx, amount.currency, now)
  const [debtorId, creditorId] = isOut
    ? [accounts.RAIL_CLEARING, accounts.FUNDING]
    : [accounts.FUNDING, accounts.RAIL_CLEARING]
  const terms = railTerms(rail, amount.currency, config.clearing, accounts)
  const entered = await enterItem(tx, terms, { reference, debtorId, creditorId, amount }, now)
  if (!entered.ok) throw new Error(`${reference} was not cleared: ${entered.code}.`)
  const { account } = config.operator
  if (account === undefined) return
  const movement = {
    source: reference,
    references: [endToEndId(moved.instruction)],
    amountMinor: isOut ? -amount.minor : amount.minor,
    currency: amount.currency,
    expectedOn: localDay(now, config.clearing.timeZone),
    feeMinor: 0n,
    counterparty: moved.counterparty,
  }
  const expected = await expectWithin(tx, { account, movements: [movement], now })
  if (!expected.ok) throw new Error(`${reference} was not expected at the bank: ${expected.code}.`)
}

/** Clears what a rail has moved for a payment, in the transaction that says where it has come to. */
export const clearing =
  (config: RailsConfig): OnEnd =>
  async (tx, payment, now) => {
    const amount = movedAmount(payment)
    // Money that came back on its own has no instruction but that of what it came back of.
    const instructed = payment.execution === null ? await originalOf(tx, payment) : payment
    const { rail, counterparty } = await findRoute(tx, instructed.id)
    const { RAIL_CLEARING } = await accountsIn(tx, amount.currency, now)
    const moved: Moved = {
      reference: payment.id,
      direction: payment.destinationAccountId === RAIL_CLEARING ? 'OUT' : 'IN',
      rail,
      amount,
      instruction: instructionIdOf(instructed),
      counterparty: payment.method === 'BANK' ? (counterparty.account ?? null) : null,
    }
    await clear(tx, config, moved, now)
  }

async function originalOf(tx: Tx, { id, originalId }: Payment): Promise<Payment> {
  if (originalId === null) throw new Error(`${id} went over no rail.`)
  return findPayment(tx, originalId)
}

type Accounts = Readonly<Record<(typeof PURPOSES)[number], Id<'led'>>>

/** The operator's accounts that clearing goes by; those that are missing are opened. */
async function accountsIn(tx: Tx, currency: CurrencyCode, now: Date): Promise<Accounts> {
  const known = await findOperatorAccountIds(tx, PURPOSES, currency)
  if (hasAll(known)) return known
  await openMissingAccounts(tx, currency, whereNeeded(now), PURPOSES)
  const opened = await findOperatorAccountIds(tx, PURPOSES, currency)
  if (!hasAll(opened)) throw new Error(`An account that clearing goes by is missing in ${currency}.`)
  return opened
}

const hasAll = (accounts: Partial<Accounts>): accounts is Accounts =>
  PURPOSES.every((purpose) => accounts[purpose] !== undefined)
