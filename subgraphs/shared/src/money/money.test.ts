import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CURRENCIES, type CurrencyCode } from './currencies.ts'
import { currency } from './currency.ts'
import { Decimal } from './decimal.ts'
import {
  addMoney,
  compareMoney,
  formatAmount,
  MINOR_MAX,
  money,
  multiplyMoney,
  negateMoney,
  parseMoney,
  subtractMoney,
  toDecimal,
} from './money.ts'

const CODES = Object.keys(CURRENCIES) as CurrencyCode[]
const current = CODES.filter((code) => currency(code).until === undefined)

const anyCode = fc.constantFrom(...current)
const anyMinor = fc.bigInt({ min: -MINOR_MAX, max: MINOR_MAX })
/** Small enough that a sum of three stays in range. */
const smallMinor = fc.bigInt({ min: -MINOR_MAX / 4n, max: MINOR_MAX / 4n })

test.each([
  ['12.50', 'EUR', 1250n, '12.50'],
  ['12.5', 'EUR', 1250n, '12.50'],
  ['12', 'EUR', 1200n, '12.00'],
  ['0', 'EUR', 0n, '0.00'],
  ['0.01', 'EUR', 1n, '0.01'],
  ['1250', 'JPY', 1250n, '1250'],
  ['0.005', 'KWD', 5n, '0.005'],
  ['92233720368547758.07', 'EUR', 9223372036854775807n, '92233720368547758.07'],
  ['90071992547409.93', 'EUR', 9007199254740993n, '90071992547409.93'],
] as const)('reads %s %s as %d minor units', (text, code, minor, shown) => {
  const parsed = parseMoney(text, code)
  expect(parsed).toEqual({ ok: true, value: { minor, currency: code } })
  expect(formatAmount(money(minor, code))).toBe(shown)
})

test.each([
  ['a third digit', '12.505', 'EUR'],
  ['a third digit, though it is a zero', '12.500', 'EUR'],
  ['a point in a currency without minor units', '1250.0', 'JPY'],
  ['a minus', '-1.00', 'EUR'],
  ['a plus', '+1.00', 'EUR'],
  ['an exponent', '1e3', 'EUR'],
  ['a comma', '12,50', 'EUR'],
  ['grouping', '1_000', 'EUR'],
  ['nothing before the point', '.50', 'EUR'],
  ['nothing after the point', '12.', 'EUR'],
  ['a leading zero', '012.50', 'EUR'],
  ['hexadecimal', '0x10', 'EUR'],
  ['a space', ' 12.50', 'EUR'],
  ['a line break', '12.50\n', 'EUR'],
  ['digits of another script', '१२', 'EUR'],
  ['not a number', 'NaN', 'EUR'],
  ['nothing', '', 'EUR'],
  ['one more than a bigint holds', '92233720368547758.08', 'EUR'],
  ['a thousand digits', '9'.repeat(1_000), 'EUR'],
])('refuses %s with INVALID_MONEY', (_, text, code) => {
  expect(parseMoney(text, code, { field: ['input'] })).toMatchObject({
    ok: false,
    code: 'INVALID_MONEY',
    field: ['input', 'amount'],
  })
})

test.each([
  ['92233720368547758.08', 'The amount is too large.'],
  ['12089258196146291747061.76', 'The amount is too large.'],
  ['12089258196146291747061.760', 'EUR has 2 digits after the point, not 3.'],
  [`0.${'1'.repeat(30)}`, 'EUR has 2 digits after the point, not 30.'],
])('says of %s what is wrong with it', (text, message) => {
  expect(parseMoney(text, 'EUR')).toMatchObject({ ok: false, code: 'INVALID_MONEY', message })
})

test('a sign is read where it is allowed', () => {
  expect(parseMoney('-0.05', 'EUR', { signed: true })).toEqual({ ok: true, value: money(-5n, 'EUR') })
  expect(parseMoney('-0.00', 'EUR', { signed: true })).toEqual({ ok: true, value: money(0n, 'EUR') })
})

test('the currency is refused before the amount is looked at', () => {
  expect(parseMoney('x', 'XAU', { field: ['input'] })).toMatchObject({
    code: 'UNKNOWN_CURRENCY',
    field: ['input', 'currency'],
  })
})

test('every amount of every currency survives being written and read', () => {
  fc.assert(
    fc.property(anyMinor, anyCode, (minor, code) => {
      const amount = money(minor, code)
      expect(parseMoney(formatAmount(amount), code, { signed: true })).toEqual({ ok: true, value: amount })
    }),
  )
})

test('an amount is written with exactly the digits of its currency', () => {
  fc.assert(
    fc.property(anyMinor, fc.constantFrom(...CODES), (minor, code) => {
      const [, fraction = ''] = formatAmount(money(minor, code)).split('.')
      expect(fraction).toHaveLength(currency(code).digits)
    }),
  )
})

test('sums do not depend on their order, and subtraction undoes addition', () => {
  fc.assert(
    fc.property(smallMinor, smallMinor, smallMinor, (x, y, z) => {
      const [a, b, c] = [money(x, 'EUR'), money(y, 'EUR'), money(z, 'EUR')]
      expect(addMoney(addMoney(a, b), c)).toEqual(addMoney(a, addMoney(c, b)))
      expect(subtractMoney(addMoney(a, b), b)).toEqual(a)
      expect(addMoney(a, negateMoney(a))).toEqual(money(0n, 'EUR'))
      expect(compareMoney(a, b)).toBe(-compareMoney(b, a) + 0)
    }),
  )
})

test('mixing currencies is a bug, whichever operation does it', () => {
  for (const operation of [addMoney, subtractMoney, compareMoney]) {
    expect(() => operation(money(1n, 'EUR'), money(1n, 'USD'))).toThrow('USD where EUR is needed')
  }
})

test('what a bigint column cannot hold is never made', () => {
  expect(() => addMoney(money(MINOR_MAX, 'EUR'), money(1n, 'EUR'))).toThrow(RangeError)
  expect(() => multiplyMoney(money(MINOR_MAX, 'EUR'), 2n, 'HALF_EVEN')).toThrow(RangeError)
})

test('a product is exact far beyond the digits of a JavaScript number', () => {
  expect(multiplyMoney(money(9_007_199_254_740_993n, 'EUR'), 3n, 'HALF_EVEN').minor).toBe(27_021_597_764_222_979n)
  expect(multiplyMoney(money(MINOR_MAX, 'JPY'), new Decimal('0.999999999999999999'), 'DOWN').minor).toBe(
    9223372036854775797n,
  )
})

test('multiplying by a factor and taking it exactly differ by less than a minor unit', () => {
  fc.assert(
    fc.property(smallMinor, fc.integer({ min: 0, max: 10_000 }), anyCode, (minor, basisPoints, code) => {
      const amount = money(minor, code)
      const factor = new Decimal(basisPoints).div(10_000)
      const error = toDecimal(multiplyMoney(amount, factor, 'HALF_EVEN')).minus(toDecimal(amount).times(factor))
      const half = new Decimal(10).pow(-currency(code).digits).div(2)
      expect(error.abs().lte(half)).toBe(true)
    }),
  )
})
