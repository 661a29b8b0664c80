import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { expect, test } from 'vitest'
import { crossRate, type ReferenceRate } from './cross-rate.ts'

const leg = (currency: string, day: string, rate: string): [string, ReferenceRate] => [
  currency,
  { currency, day, version: 1, rate: new Decimal(rate) },
]
const LEGS = new Map([leg('USD', '2026-11-19', '1.1711'), leg('JPY', '2026-11-20', '186.75')])

test.each([
  ['USD', 'JPY', '2026-11-19'],
  ['JPY', 'USD', '2026-11-19'],
  ['EUR', 'USD', '2026-11-19'],
  ['JPY', 'EUR', '2026-11-20'],
])('a rate from %s to %s is as old as the older of the rates that it is made of', (from, to, day) => {
  expect(crossRate({ from, to, day: '2026-11-21' }, LEGS)).toMatchObject({ ok: true, value: { from, to, day } })
})
