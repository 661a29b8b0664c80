import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainCharge, rateUsage, startedBlocks, type TariffRate } from './rating.ts'

const rate = (blockSize: number, pricePerBlock: string, change: Partial<TariffRate> = {}): TariffRate => ({
  usageType: 'VOICE',
  blockSize,
  pricePerBlock,
  currency: 'EUR',
  ...change,
})

test.each<[number, TariffRate, bigint]>([
  // quantity, rate -> minor units
  [0, rate(60, '0.09'), 0n],
  [1, rate(60, '0.09'), 9n],
  [60, rate(60, '0.09'), 9n],
  [61, rate(60, '0.09'), 18n],
  [3600, rate(1, '0.0015'), 540n],
  // Half a cent goes to the even neighbour, more than half up.
  [1, rate(1, '0.005'), 0n],
  [3, rate(1, '0.005'), 2n],
  [5, rate(1, '0.005'), 2n],
  [7, rate(1, '0.005'), 4n],
  [1, rate(1, '0.00500001'), 1n],
  [1, rate(60, '0'), 0n],
  // Currencies with other minor units.
  [1, rate(60, '12.5', { currency: 'JPY' }), 12n],
  [3, rate(1, '12.5', { currency: 'JPY' }), 38n],
  [1, rate(60, '0.0125', { currency: 'KWD' }), 12n],
  // The largest session by the byte: no digit is lost on the way.
  [2 ** 50, rate(1, '0.00000001', { usageType: 'DATA' }), 1_125_899_907n],
  [2 ** 50 - 1, rate(2 ** 20, '0.00201', { usageType: 'DATA' }), 215_822_107n],
])('%s at %j costs %s', (quantity, price, minor) => {
  expect(rateUsage(quantity, price)).toEqual({ ok: true, value: minor })
})

test('a charge beyond reason is refused, also where no column could hold it', () => {
  expect(rateUsage(2 ** 50, rate(1, '9999999999.99999999'))).toMatchObject({ ok: false, code: 'INVALID_VALUE' })
  expect(rateUsage(2, rate(1, '5000000000.01'))).toMatchObject({ ok: false, code: 'INVALID_VALUE' })
  expect(rateUsage(2, rate(1, '5000000000'))).toEqual({ ok: true, value: 1_000_000_000_000n })
})

const rates = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 99_999_999 }))
  .map(([blockSize, price]) => rate(blockSize, new Decimal(price).div(1_000_000).toFixed()))
const quantities = fc.integer({ min: 0, max: 1_000_000 })
const cost = (quantity: number, price: TariffRate): bigint => {
  const charge = rateUsage(quantity, price)
  if (!charge.ok) throw new Error(charge.message)
  return charge.value
}

test('a started block is a whole one and nothing more', () => {
  fc.assert(
    fc.property(quantities, fc.integer({ min: 1, max: 10_000 }), (quantity, blockSize) => {
      const blocks = Number(startedBlocks(quantity, blockSize))
      expect(blocks * blockSize).toBeGreaterThanOrEqual(quantity)
      expect((blocks - 1) * blockSize).toBeLessThan(Math.max(quantity, 1))
    }),
  )
})

test('a charge is within half a minor unit of its exact price, and more use never costs less', () => {
  fc.assert(
    fc.property(quantities, rates, (quantity, price) => {
      const exact = new Decimal(price.pricePerBlock).times(String(startedBlocks(quantity, price.blockSize))).times(100)
      expect(
        exact
          .minus(String(cost(quantity, price)))
          .abs()
          .toNumber(),
      ).toBeLessThanOrEqual(0.5)
      expect(cost(quantity + 1, price)).toBeGreaterThanOrEqual(cost(quantity, price))
    }),
  )
})

test('the explanation tells rule, inputs and what would have cost less', () => {
  expect(explainCharge(61, rate(60, '0.09000000'))).toEqual({
    rule: 'usage.started_blocks',
    summary: '61 seconds are 2 started blocks of 60 seconds at 0.09 EUR: 0.18 EUR.',
    inputs: [
      { name: 'quantity_seconds', value: '61' },
      { name: 'block_size_seconds', value: '60' },
      { name: 'started_blocks', value: '2' },
      { name: 'price_per_block', value: '0.09 EUR' },
      { name: 'exact_charge', value: '0.18 EUR' },
      { name: 'rounding', value: 'HALF_EVEN' },
    ],
    counterfactual: '60 seconds or fewer would have cost 0.09 EUR.',
  })
})

test('one block is told in the singular', () => {
  expect(explainCharge(60, rate(60, '0.09')).summary).toBe(
    '60 seconds are 1 started block of 60 seconds at 0.09 EUR: 0.09 EUR.',
  )
})

test.each<[number, TariffRate, string]>([
  [1, rate(60, '0.09'), '0 seconds would have cost 0.00 EUR.'],
  [0, rate(60, '0.09'), 'More than 0 seconds would have cost 0.09 EUR.'],
  [30, rate(60, '0.00'), 'No number of seconds costs anything at this rate.'],
  // Rounding makes steps: one block fewer would have cost the same.
  [8, rate(1, '0.002'), '7 seconds or fewer would have cost 0.01 EUR.'],
  [10, rate(1, '0.002'), '7 seconds or fewer would have cost 0.01 EUR.'],
  [2, rate(1, '0.002'), 'More than 2 seconds would have cost 0.01 EUR.'],
])('of %s at %j the counterfactual is "%s"', (quantity, price, text) => {
  expect(explainCharge(quantity, price).counterfactual).toBe(text)
})

test('every counterfactual is true', () => {
  fc.assert(
    fc.property(quantities, rates, (quantity, price) => {
      const { counterfactual } = explainCharge(quantity, price)
      const [, above, nearest, amount] =
        /^(More than )?(\d+) seconds(?: or fewer)? would have cost (\S+) EUR\.$/.exec(counterfactual) ?? []
      if (nearest === undefined || amount === undefined) {
        expect(price.pricePerBlock).toBe('0')
        return
      }
      const limit = Number(nearest)
      const other = above === undefined ? limit : limit + 1
      const minor = BigInt(amount.replace('.', ''))
      expect(cost(other, price)).toBe(minor)
      expect(minor).not.toBe(cost(quantity, price))
      // And it is the nearest one: on the other side of the limit the charge is what it was.
      expect(cost(above === undefined ? limit + 1 : limit, price)).toBe(cost(quantity, price))
    }),
  )
})
