import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { expect, test } from 'vitest'
import { usdEquivalent } from './usd-equivalent.ts'

const DOLLAR = { currency: 'USD', day: '2026-11-20', version: 1, rate: new Decimal('1.1684') }

const quote = (sourceCurrency: CurrencyCode, debitedMinor: bigint, sourceRate: string | null) => ({
  sourceCurrency,
  debitedMinor,
  sourceRate,
  sourceRateDay: sourceRate === null ? null : '2026-11-20',
  createdAt: new Date('2026-11-21T12:00:00.000Z'),
})

test.each<[string, ReturnType<typeof quote>, bigint]>([
  ['euros', quote('EUR', 100_000n, null), 116_840n],
  ['a cent, rounded up', quote('EUR', 1n, null), 2n],
  ['dollars, as they are', quote('USD', 1_000_001n, '1.1684'), 1_000_001n],
  ['yen, of no digits', quote('JPY', 186_750n, '186.75'), 116_840n],
  ['dinars, of three', quote('KWD', 357_200n, '0.3572'), 116_840n],
  ['more than there is', quote('GBP', 9_000_000_000_000_000_000n, '0.8801'), 9_223_372_036_854_775_807n],
])('reckons %s', (_, given, minor) => {
  expect(usdEquivalent(given, DOLLAR)).toEqual({ ok: true, value: { minor, currency: 'USD' } })
})

test('needs no rate for dollars, and for others one that is not too old', () => {
  expect(usdEquivalent(quote('USD', 5n, '1.1684'), undefined)).toMatchObject({ ok: true })
  expect(usdEquivalent(quote('EUR', 5n, null), undefined)).toMatchObject({ code: 'RATE_NOT_FOUND', field: ['quoteId'] })
  expect(usdEquivalent(quote('EUR', 5n, null), { ...DOLLAR, day: '2026-11-14' })).toMatchObject({ code: 'RATE_STALE' })
})
