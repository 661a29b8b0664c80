import { createHash } from 'node:crypto'
import { dayOf } from '@carriergraph/shared/day.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type FxQuote, findFxQuoteByKey, insertFxQuote } from '../db/fx-quotes.ts'
import { findRatesInForce } from '../db/fx-rates.ts'
import { type CrossRate, crossRate, type RateCode } from './cross-rate.ts'
import { type Exchange, type ExchangeCode, exchange, type Wanted } from './exchange.ts'

/** How long a quote holds. */
export const QUOTE_LOCK_MS = 30_000

/** What exchanges cost; the fixed fee in euros, converted at the mid rate. */
export type FxPrices = { readonly spread_bps: number; readonly fixedFeeEur: Decimal; readonly fee_bps: number }

export type QuoteRequest = {
  readonly requestedBy: string
  readonly idempotencyKey: string
  readonly ownerId: Id<'usr'> | null
  readonly source: CurrencyCode
  readonly target: CurrencyCode
  readonly wanted: Wanted
}

export type QuoteCode = RateCode | ExchangeCode | 'IDEMPOTENCY_KEY_REUSED'

/**
 * Makes a quote from the last published rates. The same key and request give the same quote again, expired or not. A refusal
 * is not kept: a minute later there may be a rate.
 */
export async function createQuote(
  db: TenantDb,
  request: QuoteRequest,
  prices: FxPrices,
  now: Date,
): Promise<Outcome<FxQuote, QuoteCode>> {
  const { requestedBy, idempotencyKey, ownerId, source, target, wanted } = request
  const requestHash = hashOf(request)
  const known = await findFxQuoteByKey(db, request)
  if (known !== undefined) return again(known, requestHash)
  const day = dayOf(now)
  const legs = await findRatesInForce(db, [source, target], day)
  const rate = crossRate({ from: source, to: target, day }, legs)
  if (!rate.ok) return rate
  // In euros: units of the source currency for one euro are what turns it into that.
  const fixedFee = prices.fixedFeeEur.times(rate.value.fromLeg?.rate ?? 1)
  const made = exchange(wanted, { source, target, mid: rate.value.mid }, { ...prices, fixedFee })
  if (!made.ok) return made
  const quote: FxQuote = {
    id: newId('fxq', now),
    ownerId,
    requestedBy,
    idempotencyKey,
    requestHash,
    side: 'debited' in wanted ? 'SOURCE' : 'TARGET',
    sourceCurrency: source,
    targetCurrency: target,
    ...amountsOf(made.value),
    ...ratesOf(rate.value, made.value),
    spread_bps: prices.spread_bps,
    fee_bps: prices.fee_bps,
    createdAt: now,
    expiresAt: new Date(now.getTime() + QUOTE_LOCK_MS),
    usedFor: null,
    usedAt: null,
  }
  if (await insertFxQuote(db, quote)) return ok(quote)
  const first = await findFxQuoteByKey(db, request)
  if (first === undefined) throw new Error('The quote of a key is gone.')
  return again(first, requestHash)
}

function again(quote: FxQuote, requestHash: string): Outcome<FxQuote, 'IDEMPOTENCY_KEY_REUSED'> {
  if (quote.requestHash === requestHash) return ok(quote)
  return refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another quote. Choose a new one for each.', [
    'idempotencyKey',
  ])
}

const amountsOf = (made: Exchange) => ({
  debitedMinor: made.debited.minor,
  fixedFeeMinor: made.fixedFee.minor,
  proportionalFeeMinor: made.proportionalFee.minor,
  exchangedMinor: made.exchanged.minor,
  deliveredMinor: made.delivered.minor,
  deliveredAtMidMinor: made.deliveredAtMid.minor,
  spreadMinor: made.spread.minor,
  roundingMinor: made.rounding.minor,
})

const ratesOf = ({ mid, fromLeg, toLeg }: CrossRate, { customerRate }: Exchange) => ({
  midRate: mid.toFixed(),
  customerRate: customerRate.toFixed(),
  sourceRate: fromLeg?.rate.toFixed() ?? null,
  sourceRateDay: fromLeg?.day ?? null,
  sourceRateVersion: fromLeg?.version ?? null,
  targetRate: toLeg?.rate.toFixed() ?? null,
  targetRateDay: toLeg?.day ?? null,
  targetRateVersion: toLeg?.version ?? null,
})

/** SHA-256 in hex over the request in one fixed spelling. The first line names the spelling. */
function hashOf({ ownerId, source, target, wanted }: QuoteRequest): string {
  const [side, amount] = 'debited' in wanted ? ['SOURCE', wanted.debited] : ['TARGET', wanted.delivered]
  const spelling = ['v1', ownerId ?? '', source, target, side, formatAmount(amount)]
  return createHash('sha256').update(spelling.join('\n')).digest('hex')
}
