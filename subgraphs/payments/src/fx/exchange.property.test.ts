// The books of an exchange close to the minor unit: for any amount, rate, price and digits of the two currencies.

import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { currency } from '@carriergraph/shared/money/currency.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { MINOR_MAX, type Money, money, toDecimal } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toRateDigits } from './cross-rate.ts'
import { type Exchange, exchange, type Prices, type Wanted } from './exchange.ts'

const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD', 'IDR', 'KRW', 'GBP'] as const satisfies readonly CurrencyCode[]
const pair = fc
  .tuple(fc.constantFrom(...CURRENCIES), fc.constantFrom(...CURRENCIES))
  .filter(([source, target]) => source !== target)
const mid = fc
  .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: -9, max: 3 }))
  .map(([digits, power]) => toRateDigits(new Decimal(digits).times(Decimal.pow(10, power)), 'HALF_EVEN'))
const prices: fc.Arbitrary<Prices> = fc.record({
  spread_bps: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000 })),
  fixedFee: fc.integer({ min: 0, max: 50_000 }).map((thousandths) => new Decimal(thousandths).div(1_000)),
  fee_bps: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000 })),
})
const minor = fc.oneof(fc.bigInt(1n, 1_000n), fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, MINOR_MAX))

type Case = { source: CurrencyCode; target: CurrencyCode; mid: Decimal; prices: Prices }
const anyCase: fc.Arbitrary<Case> = fc
  .tuple(pair, mid, prices)
  .map(([[source, target], rate, price]) => ({ source, target, mid: rate, prices: price }))
const run = (wanted: Wanted, one: Case) => exchange(wanted, one, one.prices)
const debiting = (amount: bigint, one: Case) => run({ debited: money(amount, one.source) }, one)
const delivering = (amount: bigint, one: Case) => run({ delivered: money(amount, one.target) }, one)

const amountsOf = (made: Exchange): Money[] => [
  ...[made.debited, made.fixedFee, made.proportionalFee, made.exchanged],
  ...[made.delivered, made.deliveredAtMid, made.spread, made.rounding],
]

function expectClosed(made: Exchange, { prices: { spread_bps }, mid: rate, source }: Case): void {
  const { debited, fixedFee, proportionalFee, exchanged, delivered, deliveredAtMid, spread, rounding } = made
  expect(fixedFee.minor + proportionalFee.minor + deliveredAtMid.minor + spread.minor + rounding.minor).toBe(
    debited.minor,
  )
  expect(fixedFee.minor + proportionalFee.minor + exchanged.minor).toBe(debited.minor)
  for (const amount of amountsOf(made)) expect(amount.minor).toBeGreaterThanOrEqual(0n)
  // Never better than mid less spread.
  const best = toDecimal(exchanged)
    .times(rate)
    .times(10_000 - spread_bps)
    .div(10_000)
  expect(toDecimal(delivered).lte(best)).toBe(true)
  // And the value that is told of what is delivered is right to the unit.
  const unit = new Decimal(10).pow(-currency(source).digits)
  const worth = toDecimal(delivered).div(rate)
  expect(toDecimal(deliveredAtMid).gte(worth) && toDecimal(deliveredAtMid).minus(worth).lt(unit)).toBe(true)
}

describe('whatever is debited', () => {
  test('is what is delivered at the mid rate, the spread, the rounding and the fees, none of them negative', () => {
    let made = 0
    fc.assert(
      fc.property(minor, anyCase, (amount, one) => {
        const outcome = debiting(amount, one)
        if (!outcome.ok) return
        made += 1
        expect(outcome.value.debited.minor).toBe(amount)
        expectClosed(outcome.value, one)
      }),
      { numRuns: 1_000 },
    )
    expect(made).toBeGreaterThan(200)
  })

  test('delivers no less where it is more', () => {
    fc.assert(
      fc.property(minor, minor, anyCase, (a, b, one) => {
        const [less, more] = (a < b ? [a, b] : [b, a]).map((amount) => debiting(amount, one))
        if (less?.ok && more?.ok) expect(more.value.delivered.minor).toBeGreaterThanOrEqual(less.value.delivered.minor)
        if (less?.ok && !more?.ok) expect(more?.code).toBe('AMOUNT_TOO_LARGE')
      }),
    )
  })

  test('leaves less than what one unit of either currency is worth to rounding', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 8n), anyCase, (amount, one) => {
        const outcome = debiting(amount, one)
        if (!outcome.ok) return
        const targetUnit = new Decimal(10).pow(-currency(one.target).digits).div(outcome.value.customerRate)
        const sourceUnit = new Decimal(10).pow(-currency(one.source).digits)
        // And what ten digits of the customer's rate leave.
        const ofDigits = toDecimal(outcome.value.exchanged).times('1e-9')
        expect(toDecimal(outcome.value.rounding).lt(targetUnit.plus(sourceUnit).plus(ofDigits))).toBe(true)
      }),
    )
  })
})

describe('whatever is delivered', () => {
  test('arrives exactly, out of the least that does it, and the books close', () => {
    let made = 0
    fc.assert(
      fc.property(fc.oneof(fc.bigInt(1n, 10n ** 6n), fc.bigInt(1n, 10n ** 12n)), anyCase, (amount, one) => {
        const outcome = delivering(amount, one)
        if (!outcome.ok) return
        made += 1
        expect(outcome.value.delivered).toEqual(money(amount, one.target))
        expectClosed(outcome.value, one)
        const { debited } = outcome.value
        const back = debiting(debited.minor, one)
        expect(back.ok && back.value.delivered.minor >= amount).toBe(true)
        const less = debited.minor > 1n ? debiting(debited.minor - 1n, one) : undefined
        if (less?.ok) expect(less.value.delivered.minor).toBeLessThan(amount)
      }),
      { numRuns: 500 },
    )
    expect(made).toBeGreaterThan(200)
  })

  test('costs no less where it is more', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 10n), fc.bigInt(1n, 10n ** 10n), anyCase, (a, b, one) => {
        const [less, more] = (a < b ? [a, b] : [b, a]).map((amount) => delivering(amount, one))
        if (less?.ok && more?.ok) expect(more.value.debited.minor).toBeGreaterThanOrEqual(less.value.debited.minor)
      }),
    )
  })
})

describe('by hand', () => {
  const PRICES: Prices = { spread_bps: 50, fixedFee: new Decimal('1'), fee_bps: 20 }
  const of = (source: CurrencyCode, target: CurrencyCode, rate: string, change: Partial<Prices> = {}): Case => ({
    source,
    target,
    mid: new Decimal(rate),
    prices: { ...PRICES, ...change },
  })
  const minors = (outcome: ReturnType<typeof exchange>) =>
    outcome.ok ? amountsOf(outcome.value).map((amount) => amount.minor) : outcome.code

  test.each<[string, ReturnType<typeof exchange>, bigint[] | string]>([
    // 1,000.00: 1.00 and 2.00 of fees, 997.00 at 1.1684 × 0.995 = 1.162558; 1159.07 USD are 992.01(4…) EUR at mid.
    [
      'EUR to USD',
      debiting(100_000n, of('EUR', 'USD', '1.1684')),
      [100_000n, 100n, 200n, 99_700n, 115_907n, 99_202n, 498n, 0n],
    ],
    // 10.00 EUR: one yen is half a cent.
    ['EUR to JPY', debiting(1_000n, of('EUR', 'JPY', '186.75')), [1_000n, 100n, 2n, 898n, 1_668n, 894n, 4n, 0n]],
    [
      'JPY to KWD',
      debiting(10_000n, of('JPY', 'KWD', '0.001946452', { fixedFee: new Decimal('186.75') })),
      [10_000n, 187n, 20n, 9_793n, 18_966n, 9_744n, 48n, 1n],
    ],
    [
      'without price',
      debiting(1_000n, of('EUR', 'JPY', '100', { spread_bps: 0, fixedFee: new Decimal(0), fee_bps: 0 })),
      [1_000n, 0n, 0n, 1_000n, 1_000n, 1_000n, 0n, 0n],
    ],
    ['the fees leave nothing', debiting(101n, of('EUR', 'USD', '1.1684')), 'AMOUNT_TOO_SMALL'],
    [
      'less than a yen',
      debiting(1n, of('KWD', 'JPY', '0.5', { fixedFee: new Decimal(0), fee_bps: 0 })),
      'AMOUNT_TOO_SMALL',
    ],
    ['more than a column holds', debiting(MINOR_MAX, of('EUR', 'IDR', '20082.05')), 'AMOUNT_TOO_LARGE'],
    ['for more than a column holds', delivering(MINOR_MAX, of('JPY', 'KWD', '0.0005')), 'AMOUNT_TOO_LARGE'],
  ])('%s', (_, outcome, expected) => {
    expect(minors(outcome)).toEqual(expected)
  })
})
