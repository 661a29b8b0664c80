import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { alertsOn, type CrossedLine } from './alerts.ts'

/** A top-up credits the account; the refund of one takes back what it gave. */
export type PaymentEntryKind = 'TOP_UP' | 'REFUND'

/** A payment that has been completed, and what it is for an account. */
export type CompletedPayment = {
  readonly kind: PaymentEntryKind
  readonly paymentId: Id<'pay'>
  readonly accountId: Id<'acc'>
  /** Above zero. */
  readonly amount: Money
}

/** What entering payments has to know of an account; amounts in minor units of its currency. */
export type EnterableAccount = {
  readonly id: Id<'acc'>
  readonly currency: CurrencyCode
  readonly balanceMinor: bigint
  readonly creditLimitMinor: bigint
  readonly lowBalanceThresholdMinor: bigint
  /** Of its last balance entry. */
  readonly entrySequence: bigint
  /** Of its last event in the journal. */
  readonly version: number
}

/** What was entered for a payment: to which account, and with what sign. */
export type EnteredPayment = {
  readonly kind: PaymentEntryKind
  readonly paymentId: Id<'pay'>
  readonly accountId: Id<'acc'>
  readonly amountMinor: bigint
}

/** An entry to write. */
export type PaymentEntry<Payment, Account> = {
  readonly payment: Payment
  /** As it is after this entry. */
  readonly account: Account
  /** Negative for a refund. */
  readonly amountMinor: bigint
  /** None for what is credited. */
  readonly alerts: readonly CrossedLine[]
}

/** What is known before, the accounts under their lock. */
export type EntryFacts<Account> = {
  readonly accounts: readonly Account[]
  /** Those of the payments that were entered before. */
  readonly entered: readonly EnteredPayment[]
}

/**
 * Decides what to enter for payments, in the order given: each sees the balance that the one before it left. Each payment is
 * entered once for ever, so one that was before, or stands among them twice, has no entry. The money has moved already: a
 * refund is entered whatever the balance is, and that may fall below zero.
 * @throws Error where the money is there and cannot be entered: no such account, another currency, or a payment that was
 * entered as something else. A person has to look at it.
 */
export function decideEntries<Payment extends CompletedPayment, Account extends EnterableAccount>(
  payments: readonly Payment[],
  { accounts, entered }: EntryFacts<Account>,
): PaymentEntry<Payment, Account>[] {
  const current = new Map(accounts.map((account) => [account.id, account]))
  const known = new Map(entered.map((one) => [keyOf(one), one]))
  return payments.flatMap((payment) => {
    const account = current.get(payment.accountId)
    if (account === undefined) throw new Error(`There is no account ${payment.accountId}.`)
    const { paymentId, accountId, amount, kind } = payment
    // First, because an entry has no currency of its own to compare with.
    if (account.currency !== amount.currency)
      throw new Error(`Payment ${paymentId} is in ${amount.currency}, account ${accountId} in ${account.currency}.`)
    const amountMinor = kind === 'TOP_UP' ? amount.minor : -amount.minor
    const earlier = known.get(keyOf(payment))
    if (earlier?.accountId === accountId && earlier.amountMinor === amountMinor) return []
    if (earlier !== undefined)
      throw new Error(
        `Payment ${paymentId} was ${DONE[kind]} ${earlier.accountId} with ${earlier.amountMinor} minor units.`,
      )
    const after = entering(account, amountMinor)
    known.set(keyOf(payment), { kind, paymentId, accountId, amountMinor })
    current.set(accountId, after)
    return [{ payment, account: after, amountMinor, alerts: kind === 'REFUND' ? alertsBetween(account, after) : [] }]
  })
}

const keyOf = ({ kind, paymentId }: Pick<EnteredPayment, 'kind' | 'paymentId'>): string => `${kind} ${paymentId}`

const DONE = { TOP_UP: 'credited to', REFUND: 'taken back from' } as const satisfies Record<PaymentEntryKind, string>

const entering = <Account extends EnterableAccount>(account: Account, amountMinor: bigint): Account => ({
  ...account,
  balanceMinor: account.balanceMinor + amountMinor,
  entrySequence: account.entrySequence + 1n,
  version: account.version + 1,
})

const alertsBetween = (before: EnterableAccount, after: EnterableAccount): readonly CrossedLine[] =>
  alertsOn({
    before: before.balanceMinor + before.creditLimitMinor,
    after: after.balanceMinor + after.creditLimitMinor,
    lowBalanceThreshold: after.lowBalanceThresholdMinor,
  })
