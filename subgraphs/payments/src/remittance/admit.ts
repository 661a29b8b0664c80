import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { FxQuote } from '../db/fx-quotes.ts'
import type { AccountFacts, Requester } from '../domain/admit.ts'
import type { RateCode } from '../fx/cross-rate.ts'
import { mayTakeQuote } from '../fx/take-quote.ts'
import type { InstructionCode } from '../rails/rail.ts'
import type { RemittanceLimits } from './limits.ts'
import { type FundsSource, isRefused, type Purpose } from './purpose.ts'

/** Why a remittance is not taken on. The first that applies is the answer: the order is part of the contract. */
export const ADMISSION_REFUSALS = {
  LEDGER_ACCOUNT_NOT_FOUND: 'There is no such wallet, or it is not yours.',
  QUOTE_NOT_FOUND: 'There is no such quote.',
  QUOTE_USED: 'The quote was used already.',
  QUOTE_EXPIRED: 'The quote has expired: ask for another one.',
  CURRENCY_MISMATCH: 'The wallet is not in the currency that the quote takes from.',
  PURPOSE_SOURCE_REFUSED: 'Money from this source is not sent for this purpose.',
  NOT_CARRIED_BY_RAIL: 'The way on which it would be sent does not carry it.',
  RATE_NOT_FOUND: 'There is no rate to hold the amount against the limits.',
  RATE_STALE: 'The rate to hold the amount against the limits is too old.',
  REMITTANCE_LIMIT_EXCEEDED: 'It is above what one remittance may be.',
  DAY_LIMIT_EXCEEDED: 'With it, the remittances of this day would be above what they may be.',
  THIRTY_DAY_LIMIT_EXCEEDED: 'With it, the remittances of thirty days would be above what they may be.',
  ACCOUNT_CLOSED: 'The wallet is closed.',
  ACCOUNT_FROZEN: 'The wallet is frozen.',
  INSUFFICIENT_FUNDS: 'The wallet has less available than what is debited.',
} as const

export type AdmissionCode = keyof typeof ADMISSION_REFUSALS

/** What a client asks for, of what is looked at here. */
export type Wish = {
  readonly quoteId: Id<'fxq'>
  readonly purpose: Purpose
  readonly fundsSource: FundsSource
}

/** What is known of it; undefined where there is none. */
export type AdmissionFacts = {
  readonly wallet: AccountFacts | undefined
  readonly quote: FxQuote | undefined
  /** Whether the rail carries what would be sent. */
  readonly carried: Outcome<void, InstructionCode>
  readonly usd: Outcome<Money, RateCode>
  /** Of the sender's remittances that were not in vain, in cents: of the day, and of thirty days. */
  readonly sentUsd: { readonly dayMinor: bigint; readonly thirtyDaysMinor: bigint }
  readonly limits: RemittanceLimits
  readonly now: Date
}

export type Admitted = { readonly senderId: Id<'usr'>; readonly quote: FxQuote; readonly usd: Money }

/** Whether a remittance is taken on. Somebody else's wallet and quote are answered as ones that do not exist. */
export function admit(wish: Wish, requester: Requester, facts: AdmissionFacts): Outcome<Admitted, AdmissionCode> {
  const { wallet, quote, carried, usd, limits, now } = facts
  const senderId = wallet?.purpose === 'WALLET' ? wallet.ownerId : null
  if (wallet === undefined || senderId === null || !(requester.actsForOthers || senderId === requester.userId))
    return refusal('LEDGER_ACCOUNT_NOT_FOUND', ['sourceAccountId'])
  const usable = mayTakeQuote(quote, { ownerId: senderId, usedFor: undefined }, now)
  if (!usable.ok) return refusal(usable.code, ['quoteId'])
  const { debitedMinor, sourceCurrency } = usable.value
  if (sourceCurrency !== wallet.available.currency) return refusal('CURRENCY_MISMATCH', ['sourceAccountId'])
  if (isRefused(wish.purpose, wish.fundsSource)) return refusal('PURPOSE_SOURCE_REFUSED', ['sourceOfFunds'])
  if (!carried.ok) return refuse('NOT_CARRIED_BY_RAIL', carried.message, FIELDS[carried.field?.join('.') ?? ''])
  if (!usd.ok)
    return usd.code === 'RATE_STALE' ? refusal('RATE_STALE', ['quoteId']) : refusal('RATE_NOT_FOUND', ['quoteId'])
  const exceeded = exceededLimit(usd.value.minor, facts.sentUsd, limits)
  if (exceeded !== undefined) return exceeded
  if (wallet.status === 'CLOSED') return refusal('ACCOUNT_CLOSED', ['sourceAccountId'])
  if (wallet.status === 'FROZEN') return refusal('ACCOUNT_FROZEN', ['sourceAccountId'])
  if (wallet.available.minor < debitedMinor) return refusal('INSUFFICIENT_FUNDS', ['sourceAccountId'])
  return ok({ senderId, quote: usable.value, usd: usd.value })
}

function exceededLimit(
  usdMinor: bigint,
  { dayMinor, thirtyDaysMinor }: AdmissionFacts['sentUsd'],
  limits: RemittanceLimits,
): Refused<AdmissionCode> | undefined {
  const held = [
    ['REMITTANCE_LIMIT_EXCEEDED', 0n, limits.each],
    ['DAY_LIMIT_EXCEEDED', dayMinor, limits.day],
    ['THIRTY_DAY_LIMIT_EXCEEDED', thirtyDaysMinor, limits.thirtyDays],
  ] as const
  for (const [code, sentMinor, limit] of held)
    if (sentMinor + usdMinor > limit.minor) {
      const left = limit.minor > sentMinor ? limit.minor - sentMinor : 0n
      const says = `${ADMISSION_REFUSALS[code]} ${formatAmount({ ...limit, minor: left })} USD are left.`
      return refuse(code, says, ['quoteId'])
    }
  return undefined
}

/** Where in the input a party of the instruction came from. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'creditor.name': ['beneficiary', 'name'],
  'creditor.account': ['beneficiary'],
  'creditor.agent': ['beneficiary', 'bic'],
  remittance: ['message'],
  amount: ['quoteId'],
}

const refusal = (code: AdmissionCode, field: readonly string[]): Refused<AdmissionCode> =>
  refuse(code, ADMISSION_REFUSALS[code], field)
