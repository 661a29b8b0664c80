import type { Id } from '@carriergraph/shared/ids.ts'
import { type AccountStatus, BALANCE_MINOR_MAX } from '@carriergraph/shared/ledger/account.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { AccountPurpose } from './account-purpose.ts'

/** Why a payment is not taken on, in the order in which it is checked. */
export type AdmissionCode =
  | 'UNKNOWN_CURRENCY'
  | 'LEDGER_ACCOUNT_NOT_FOUND'
  | 'BILLING_ACCOUNT_NOT_FOUND'
  | 'CARD_NOT_FOUND'
  | 'CARD_EXPIRED'
  | 'ACCOUNTS_SAME'
  | 'CURRENCY_MISMATCH'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_FROZEN'
  | 'INSUFFICIENT_FUNDS'
  | 'AMOUNT_TOO_LARGE'

/** Who asks. Operators and services pay from anybody's wallet, users from their own. */
export type Requester = { readonly userId: Id<'usr'> | undefined; readonly actsForOthers: boolean }

/** What is known of a ledger account. */
export type AccountFacts = {
  readonly id: Id<'led'>
  readonly purpose: AccountPurpose
  readonly ownerId: Id<'usr'> | null
  readonly status: AccountStatus
  /** What can be taken from it: the balance less what is held and what must stay. */
  readonly available: Money
}

/** What is known of the account to take from, and of where the money goes; undefined where there is none. */
export type AdmissionFacts = {
  readonly source: AccountFacts | undefined
  readonly destination:
    | { readonly type: 'TOP_UP'; readonly billingCurrency: CurrencyCode | undefined }
    | { readonly type: 'TRANSFER'; readonly account: AccountFacts | undefined }
    | { readonly type: 'FEE' }
    /** `card` is undefined where it is an account at a bank, and null where there is no such card. */
    | { readonly type: 'DEPOSIT' | 'WITHDRAWAL'; readonly card: CardFacts | null | undefined }
}

/** What is known of a card. One that was removed is none. */
export type CardFacts = { readonly ownerId: Id<'usr'>; readonly isExpired: boolean }

/**
 * Whether a payment is taken on, and who then pays: the owner of the wallet, also where it is what a deposit goes to. Somebody else's wallet is answered as one that does not exist, so
 * that nothing is learnt from trying ids. Where the money goes may be anybody's: people top up their children's phones.
 */
export function admit(
  amount: Money,
  requester: Requester,
  { source, destination }: AdmissionFacts,
): Outcome<{ readonly payerId: Id<'usr'> }, AdmissionCode> {
  const payerId = source?.purpose === 'WALLET' ? source.ownerId : null
  const field = destination.type === 'DEPOSIT' ? 'destinationAccountId' : 'sourceAccountId'
  if (source === undefined || payerId === null || !(requester.actsForOthers || payerId === requester.userId))
    return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such wallet, or it is not yours.', [field])
  const { currency } = source.available
  const reached = reach(source, payerId, destination)
  if (!reached.ok) return reached
  if (amount.currency !== currency)
    return refuse('CURRENCY_MISMATCH', `The wallet is in ${currency}; the amount has to be in it as well.`, [
      'amount',
      'currency',
    ])
  const usable = checkStatuses(source, field, destination)
  if (!usable.ok) return usable
  if (destination.type !== 'DEPOSIT' && source.available.minor < amount.minor)
    return refuse('INSUFFICIENT_FUNDS', 'The wallet has less available than the amount.', ['amount'])
  if (amount.minor > BALANCE_MINOR_MAX)
    return refuse('AMOUNT_TOO_LARGE', 'The amount is beyond what an account can hold.', ['amount'])
  return ok({ payerId })
}

type Destination = AdmissionFacts['destination']

/** Whether the money can get there from that account, or from there to it. */
function reach(source: AccountFacts, payerId: Id<'usr'>, destination: Destination): Outcome<void, AdmissionCode> {
  const { currency } = source.available
  if (destination.type === 'TOP_UP') {
    const { billingCurrency } = destination
    if (billingCurrency === undefined)
      return refuse('BILLING_ACCOUNT_NOT_FOUND', 'There is no such billing account.', ['billingAccountId'])
    return billingCurrency === currency
      ? ok(undefined)
      : otherCurrency(currency, 'the billing account', billingCurrency)
  }
  if (destination.type === 'TRANSFER') {
    const { account } = destination
    if (account?.purpose !== 'WALLET')
      return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such wallet to send to.', ['destinationAccountId'])
    if (account.id === source.id)
      return refuse('ACCOUNTS_SAME', 'A transfer needs two different wallets.', ['destinationAccountId'])
    const { currency: other } = account.available
    return other === currency ? ok(undefined) : otherCurrency(currency, 'the other wallet', other)
  }
  if (destination.type === 'FEE' || destination.card === undefined) return ok(undefined)
  const { card } = destination
  // Whoever acts for the payer may not have another's card charged for it either.
  if (card === null || card.ownerId !== payerId)
    return refuse('CARD_NOT_FOUND', 'There is no such card, or it is not of the owner of the wallet.', ['cardId'])
  return card.isExpired ? refuse('CARD_EXPIRED', 'The card has expired.', ['cardId']) : ok(undefined)
}

const otherCurrency = (currency: CurrencyCode, what: string, other: CurrencyCode) =>
  refuse(
    'CURRENCY_MISMATCH',
    `The wallet is in ${currency} and ${what} in ${other}; the amount has to be in the currency of both.`,
    ['amount', 'currency'],
  )

function checkStatuses(
  source: AccountFacts,
  sourceField: string,
  destination: Destination,
): Outcome<void, AdmissionCode> {
  const sides = [{ account: source, field: sourceField, name: 'The wallet' }]
  if (destination.type === 'TRANSFER' && destination.account !== undefined)
    sides.push({ account: destination.account, field: 'destinationAccountId', name: 'The wallet to send to' })
  for (const { account, field, name } of sides)
    if (account.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', `${name} is closed.`, [field])
  for (const { account, field, name } of sides)
    if (account.status === 'FROZEN') return refuse('ACCOUNT_FROZEN', `${name} is frozen.`, [field])
  return ok(undefined)
}
