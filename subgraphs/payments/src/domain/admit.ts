import type { Id } from '@carriergraph/shared/ids.ts'
import type { AccountStatus } from '@carriergraph/shared/ledger/account.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { AccountPurpose } from './account-purpose.ts'

/** Why a payment is not taken on, in the order in which it is checked. */
export type AdmissionCode =
  | 'LEDGER_ACCOUNT_NOT_FOUND'
  | 'BILLING_ACCOUNT_NOT_FOUND'
  | 'CURRENCY_MISMATCH'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_FROZEN'
  | 'INSUFFICIENT_FUNDS'

/** Who asks. Operators and services pay from anybody's wallet, users from their own. */
export type Requester = { readonly userId: Id<'usr'> | undefined; readonly actsForOthers: boolean }

/** What is known of the account to take from and of the billing account; undefined where there is none. */
export type AdmissionFacts = {
  readonly source:
    | {
        readonly purpose: AccountPurpose
        readonly ownerId: Id<'usr'> | null
        readonly status: AccountStatus
        /** What can be taken from it: the balance less what is held and what must stay. */
        readonly available: Money
      }
    | undefined
  readonly billingCurrency: CurrencyCode | undefined
}

/**
 * Whether a top-up is taken on, and who then pays. Somebody else's wallet is answered as one that does not exist, so
 * that nothing is learnt from trying ids. A billing account may be anybody's: people top up their children's phones.
 */
export function admitTopUp(
  amount: Money,
  requester: Requester,
  { source, billingCurrency }: AdmissionFacts,
): Outcome<{ readonly payerId: Id<'usr'> }, AdmissionCode> {
  const payerId = source?.purpose === 'WALLET' ? source.ownerId : null
  if (source === undefined || payerId === null || !(requester.actsForOthers || payerId === requester.userId))
    return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such wallet, or it is not yours.', ['sourceAccountId'])
  if (billingCurrency === undefined)
    return refuse('BILLING_ACCOUNT_NOT_FOUND', 'There is no such billing account.', ['billingAccountId'])
  const { currency } = source.available
  if (amount.currency !== currency || billingCurrency !== currency)
    return refuse(
      'CURRENCY_MISMATCH',
      `The wallet is in ${currency} and the billing account in ${billingCurrency}; the amount has to be in the currency of both.`,
      ['amount', 'currency'],
    )
  if (source.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', 'The wallet is closed.', ['sourceAccountId'])
  if (source.status === 'FROZEN') return refuse('ACCOUNT_FROZEN', 'The wallet is frozen.', ['sourceAccountId'])
  if (source.available.minor < amount.minor)
    return refuse('INSUFFICIENT_FUNDS', 'The wallet has less available than the amount.', ['amount'])
  return ok({ payerId })
}
