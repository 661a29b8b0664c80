import { Decimal as PlainDecimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decimal } from './decimal.ts'
import { ROUNDING, type RoundingMode, roundToMinor } from './round.ts'

test.each([
  ['0.125', { HALF_EVEN: 12n, HALF_UP: 13n, UP: 13n, DOWN: 12n }],
  ['0.135', { HALF_EVEN: 14n, HALF_UP: 14n, UP: 14n, DOWN: 13n }],
  ['0.1251', { HALF_EVEN: 13n, HALF_UP: 13n, UP: 13n, DOWN: 12n }],
  ['0.1201', { HALF_EVEN: 12n, HALF_UP: 12n, UP: 13n, DOWN: 12n }],
  ['0.12', { HALF_EVEN: 12n, HALF_UP: 12n, UP: 12n, DOWN: 12n }],
  ['-0.125', { HALF_EVEN: -12n, HALF_UP: -13n, UP: -13n, DOWN: -12n }],
  ['-0.001', { HALF_EVEN: 0n, HALF_UP: 0n, UP: -1n, DOWN: 0n }],
] as const)('%s EUR is rounded by each mode as its name says', (amount, expected) => {
  for (const [mode, minor] of Object.entries(expected)) {
    expect(roundToMinor(new Decimal(amount), 'EUR', mode as RoundingMode)).toBe(minor)
  }
})

test.each([
  ['JPY', 1n],
  ['EUR', 123n],
  ['KWD', 1235n],
] as const)('1.2345 is rounded to the minor unit of %s', (code, minor) => {
  expect(roundToMinor(new Decimal('1.2345'), code, 'HALF_UP')).toBe(minor)
})

const anyAmount = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }))
  .map(([whole, fraction]) => new Decimal(`${whole}.${fraction.toString().padStart(18, '0')}`))

test('the error is at most half a minor unit for the nearest, less than one for the others, and never the wrong way', () => {
  fc.assert(
    fc.property(anyAmount, fc.constantFrom(...(Object.keys(ROUNDING) as RoundingMode[])), (amount, mode) => {
      const exact = amount.times(100)
      const rounded = new Decimal(roundToMinor(amount, 'EUR', mode).toString())
      const error = rounded.minus(exact).abs()
      expect(mode.startsWith('HALF') ? error.lte('0.5') : error.lt(1)).toBe(true)
      if (mode === 'UP') expect(rounded.abs().gte(exact.abs())).toBe(true)
      if (mode === 'DOWN') expect(rounded.abs().lte(exact.abs())).toBe(true)
    }),
  )
})

test('an amount made with fewer digits of precision elsewhere is taken as it is', () => {
  expect(roundToMinor(new PlainDecimal('12345678901234567.895'), 'EUR', 'HALF_UP')).toBe(1234567890123456790n)
})

test('what is no amount is a bug', () => {
  expect(() => roundToMinor(new Decimal(Number.NaN), 'EUR', 'UP')).toThrow(RangeError)
  expect(() => roundToMinor(new Decimal(1).div(0), 'EUR', 'UP')).toThrow(RangeError)
})
