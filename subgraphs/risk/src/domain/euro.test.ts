import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { expect, it } from 'vitest'
import { euroText, euroValue } from './euro.ts'

it.each([
  [{ minor: 1000n, currency: 'EUR' }, '10'],
  [{ minor: 18675n, currency: 'JPY' }, '100'],
  [{ minor: 11684n, currency: 'USD' }, '100'],
  [{ minor: 9242n, currency: 'CHF' }, '100'],
  [{ minor: 8705800n, currency: 'GBP' }, '100000'],
  [{ minor: 1n, currency: 'JPY' }, '0.005355'],
] as const)('values %o at %s EUR, to six digits', (amount, expected) => {
  expect(euroValue(amount)?.toFixed()).toBe(expected)
})

it('takes an amount that differs from a limit by less than it keeps for the limit itself', () => {
  expect(euroValue({ minor: 100_410_251n, currency: 'IDR' })?.toFixed()).toBe('50')
})

it('does not guess what a currency without a reference rate is worth', () => {
  expect(euroValue({ minor: 1000n, currency: 'AOA' })).toBeNull()
})

it.each([
  ['1234.5', '1234.50'],
  ['50', '50.00'],
  ['50.002677', '50.002677'],
  ['50.0026', '50.0026'],
])('writes %s as %s', (value, expected) => {
  expect(euroText(new Decimal(value))).toBe(expected)
})
