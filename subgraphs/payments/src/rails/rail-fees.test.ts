import { readConfig } from '@carriergraph/shared/config.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { RailName } from './rail.ts'
import { railFeeOf } from './rail-fees.ts'
import { RAIL_SETTINGS, railsConfig } from './settings.ts'

const feesOf = (value: string) => railsConfig(readConfig(z.object(RAIL_SETTINGS), { RAIL_FEES: value })).fees

const FEES = 'iso20022/EUR=0.25+10bp<=5.00, sandbox/EUR=15bp, sandbox/JPY=30<=20,iso20022/KWD=0.005'

test.each<[RailName, CurrencyCode, bigint, bigint]>([
  ['iso20022', 'EUR', 1_000n, 26n],
  // 0.125 and a half of a cent: half up, once.
  ['iso20022', 'EUR', 12_500n, 38n],
  ['iso20022', 'EUR', 475_000n, 500n],
  ['iso20022', 'EUR', 1_000_000n, 500n],
  ['sandbox', 'EUR', 100n, 0n],
  ['sandbox', 'EUR', 1_000n, 2n],
  ['sandbox', 'JPY', 1n, 20n],
  ['iso20022', 'KWD', 1n, 5n],
  // Nothing is said of them.
  ['iso20022', 'USD', 1_000n, 0n],
  ['sandbox', 'KWD', 1_000n, 0n],
])('%s charges for a transfer in %s of %s minor units %s', (rail, currency, minor, fee) => {
  expect(railFeeOf(feesOf(FEES), rail, money(minor, currency))).toEqual(money(fee, currency))
})

test.each([
  ['EUR=0.25', 'has "EUR=0.25", which is no fee of a rail'],
  ['sandbox/EUR=', 'has "sandbox/EUR=", which is no fee of a rail'],
  ['sandbox/EUR=-0.25', 'has "sandbox/EUR=-0.25", which is no fee of a rail'],
  ['sandbox/EUR=10bp+0.25', 'has "sandbox/EUR=10bp+0.25", which is no fee of a rail'],
  ['swift/EUR=0.25', 'has "swift/EUR=0.25", which names no rail'],
  ['sandbox/XXY=0.25', 'has "sandbox/XXY=0.25", which names no currency'],
  ['sandbox/EUR=10001bp', 'has "sandbox/EUR=10001bp", which is above 10000bp'],
  ['sandbox/EUR=0.255', 'has "sandbox/EUR=0.255", which has an amount that is none in EUR'],
  ['sandbox/JPY=0.25', 'has "sandbox/JPY=0.25", which has an amount that is none in JPY'],
  ['sandbox/EUR=15bp<=1.2.3', 'has "sandbox/EUR=15bp<=1.2.3", which has an amount that is none in EUR'],
  ['sandbox/EUR=10000000.01', 'has "sandbox/EUR=10000000.01", which has an amount that is none in EUR'],
  ['sandbox/EUR=0.25,sandbox/EUR=0.30', 'has sandbox/EUR twice'],
])('RAIL_FEES = %s is a fault of the configuration, which says what it is', (value, fault) => {
  expect(() => feesOf(value)).toThrow(`RAIL_FEES: ${fault}, expected such as iso20022/EUR=`)
})
