import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

/** WALLET: a user's money. FUNDING: where money enters the ledger. BILLING_CLEARING: what left wallets for billing. */
export const ACCOUNT_PURPOSES = ['WALLET', 'FUNDING', 'BILLING_CLEARING'] as const
export type AccountPurpose = (typeof ACCOUNT_PURPOSES)[number]

/** What posting needs to know of an account; amounts in minor units of its currency. */
export type PostableAccount = {
  readonly id: Id<'led'>
  readonly purpose: AccountPurpose
  readonly currency: CurrencyCode
  readonly balanceMinor: bigint
  /** Number of the account's last entry; 0 before the first. */
  readonly lastSequence: bigint
}

/** Takes `amountMinor` (above zero) from one account and adds it to another of the same currency. */
export type TransferOrder = {
  readonly id: Id<'tfr'>
  readonly sourceId: Id<'led'>
  readonly destinationId: Id<'led'>
  readonly amountMinor: bigint
  readonly currency: CurrencyCode
  /** What it was made for, as a typed id or a name: `pay_…`. */
  readonly reference: string
  readonly postedAt: Date
}

/** One side of a transfer; the amounts of its entries sum to zero. */
export type Entry = {
  readonly accountId: Id<'led'>
  readonly sequence: bigint
  readonly transferId: Id<'tfr'>
  readonly amountMinor: bigint
  readonly balanceAfterMinor: bigint
  readonly postedAt: Date
}

/** Why a transfer is not posted, in the order in which it is checked. */
export type PostingCode = 'LEDGER_ACCOUNT_NOT_FOUND' | 'CURRENCY_MISMATCH' | 'INSUFFICIENT_FUNDS'

/** A wallet holds what is in it; the operator's own accounts stand for the outside and may go below zero. */
const mayGoNegative = (purpose: AccountPurpose): boolean => purpose !== 'WALLET'

/**
 * The two entries of a transfer, the taking one first. The caller holds both accounts locked, so that balances and
 * sequences are the latest.
 */
export function entriesOf(
  order: TransferOrder,
  source: PostableAccount | undefined,
  destination: PostableAccount | undefined,
): Outcome<readonly [Entry, Entry], PostingCode> {
  if (order.amountMinor <= 0n) throw new RangeError(`A transfer is above zero, got ${order.amountMinor} minor units.`)
  if (order.sourceId === order.destinationId) throw new RangeError('A transfer needs two accounts.')
  if (source === undefined) return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such account to take from.')
  if (destination === undefined) return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such account to add to.')
  if (source.currency !== order.currency || destination.currency !== order.currency)
    return refuse('CURRENCY_MISMATCH', `The transfer is in ${order.currency}, and so must both accounts be.`)
  if (!mayGoNegative(source.purpose) && source.balanceMinor < order.amountMinor)
    return refuse('INSUFFICIENT_FUNDS', 'The wallet holds less than the amount.')
  return ok([entry(order, source, -order.amountMinor), entry(order, destination, order.amountMinor)])
}

const entry = (order: TransferOrder, account: PostableAccount, amountMinor: bigint): Entry => ({
  accountId: account.id,
  sequence: account.lastSequence + 1n,
  transferId: order.id,
  amountMinor,
  balanceAfterMinor: account.balanceMinor + amountMinor,
  postedAt: order.postedAt,
})
