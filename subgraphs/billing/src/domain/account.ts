import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isMsisdn } from './usage.ts'

export const PAYMENT_MODES = ['PREPAID', 'POSTPAID'] as const
export type PaymentMode = (typeof PAYMENT_MODES)[number]

/** What is agreed when an account is opened. Amounts in minor units of `currency`. */
export type AccountTerms = {
  readonly ownerId: Id<'usr'>
  readonly paymentMode: PaymentMode
  /** E.164 without the plus sign. */
  readonly msisdn: string
  readonly tariffId: Id<'trf'>
  /** The tariff's. */
  readonly currency: CurrencyCode
  /** How far below zero the balance may go by agreement. */
  readonly creditLimitMinor: bigint
  /** Available amount below which an alert is raised. */
  readonly lowBalanceThresholdMinor: bigint
}

/** An account as it is asked for; amounts are not negative. */
export type AccountRequest = {
  readonly ownerId: Id<'usr'>
  readonly paymentMode: PaymentMode
  readonly msisdn: string
  readonly creditLimit: Money | undefined
  readonly lowBalanceThreshold: Money
}

export type AccountRefusal = 'INVALID_VALUE' | 'CURRENCY_MISMATCH'

/** The terms of an account that may be opened, or the first thing that is wrong with the request. */
export function accountTerms(
  { ownerId, paymentMode, msisdn, creditLimit, lowBalanceThreshold }: AccountRequest,
  tariff: { readonly id: Id<'trf'>; readonly currency: CurrencyCode },
): Outcome<AccountTerms, AccountRefusal> {
  if (!isMsisdn(msisdn))
    return refuse('INVALID_VALUE', 'A number has 7 to 15 digits and begins with its country code.', ['msisdn'])
  const fault =
    creditLimitFault(paymentMode, creditLimit) ??
    currencyFault(creditLimit, tariff.currency, 'creditLimit') ??
    currencyFault(lowBalanceThreshold, tariff.currency, 'lowBalanceThreshold')
  if (fault !== undefined) return fault
  return ok({
    ownerId,
    paymentMode,
    msisdn,
    tariffId: tariff.id,
    currency: tariff.currency,
    creditLimitMinor: creditLimit?.minor ?? 0n,
    lowBalanceThresholdMinor: lowBalanceThreshold.minor,
  })
}

/** Whether opening again asks for nothing that is not there already. */
export function sameTerms(a: AccountTerms, b: AccountTerms): boolean {
  return TERMS.every((term) => a[term] === b[term])
}

const TERMS = [
  'ownerId',
  'paymentMode',
  'msisdn',
  'tariffId',
  'currency',
  'creditLimitMinor',
  'lowBalanceThresholdMinor',
] as const satisfies readonly (keyof AccountTerms)[]

function creditLimitFault(paymentMode: PaymentMode, creditLimit: Money | undefined) {
  if (paymentMode === 'PREPAID') {
    if (creditLimit === undefined) return undefined
    return refuse('INVALID_VALUE', 'A prepaid account has no credit limit: leave it out.', ['creditLimit'])
  }
  if (creditLimit === undefined)
    return refuse('INVALID_VALUE', 'A postpaid account needs a credit limit.', ['creditLimit'])
  if (creditLimit.minor === 0n)
    return refuse('INVALID_VALUE', 'The credit limit of a postpaid account is above zero.', ['creditLimit', 'amount'])
  return undefined
}

function currencyFault(amount: Money | undefined, currency: string, field: string) {
  if (amount === undefined || amount.currency === currency) return undefined
  return refuse('CURRENCY_MISMATCH', `The tariff is in ${currency}, the amount in ${amount.currency}.`, [
    field,
    'currency',
  ])
}
