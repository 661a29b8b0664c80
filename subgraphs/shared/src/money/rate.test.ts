import { expect, test } from 'vitest'
import { Decimal, isDecimalText } from './decimal.ts'
import { parseRate, price } from './rate.ts'

const rate = (amount: string, code: string) => {
  const parsed = parseRate(amount, code)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value
}

test('a price finer than a minor unit is rounded once, after it is multiplied', () => {
  expect(price(rate('0.00042', 'EUR'), 1_234_567n, 'HALF_UP')).toEqual({ minor: 51852n, currency: 'EUR' })
  expect(price(rate('0.00042', 'EUR'), 1n, 'UP')).toEqual({ minor: 1n, currency: 'EUR' })
  expect(price(rate('2.5', 'JPY'), new Decimal('1.5'), 'HALF_EVEN')).toEqual({ minor: 4n, currency: 'JPY' })
})

test.each([
  ['-0.01', 'EUR', 'INVALID_MONEY'],
  ['1e-3', 'EUR', 'INVALID_MONEY'],
  ['', 'EUR', 'INVALID_MONEY'],
  ['0.01', 'XAU', 'UNKNOWN_CURRENCY'],
] as const)('refuses the rate %j %s with %s', (amount, code, refusal) => {
  expect(parseRate(amount, code)).toMatchObject({ ok: false, code: refusal })
})

test.each(['0', '-1', '12.50', '0.000000000000000001', '999999999999999999'])('%s is a plain decimal', (text) => {
  expect(isDecimalText(text)).toBe(true)
})

test.each(['', '-', '.5', '5.', '+5', '05', '1e5', 'Infinity', '1000000000000000000', '0.0000000000000000001', '1\n'])(
  '%j is no plain decimal',
  (text) => {
    expect(isDecimalText(text)).toBe(false)
  },
)
