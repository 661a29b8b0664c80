import { namedId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { type AccountRequest, accountTerms, sameTerms } from './account.ts'

const TARIFF = { id: namedId('trf', 'flat'), currency: 'EUR' } as const
const PREPAID: AccountRequest = {
  ownerId: namedId('usr', 'ada'),
  paymentMode: 'PREPAID',
  msisdn: '4915550000001',
  creditLimit: undefined,
  lowBalanceThreshold: { minor: 500n, currency: 'EUR' },
}
const POSTPAID: AccountRequest = {
  ...PREPAID,
  paymentMode: 'POSTPAID',
  creditLimit: { minor: 10_000n, currency: 'EUR' },
}

test('a prepaid account has no credit, and the currency of its tariff', () => {
  expect(accountTerms(PREPAID, TARIFF)).toEqual({
    ok: true,
    value: {
      ownerId: namedId('usr', 'ada'),
      paymentMode: 'PREPAID',
      msisdn: '4915550000001',
      tariffId: TARIFF.id,
      currency: 'EUR',
      creditLimitMinor: 0n,
      lowBalanceThresholdMinor: 500n,
    },
  })
})

test('a postpaid account has its credit limit', () => {
  expect(accountTerms(POSTPAID, TARIFF)).toMatchObject({ ok: true, value: { creditLimitMinor: 10_000n } })
})

test.each<[string, AccountRequest, string, string[]]>([
  ['a number with a plus sign', { ...PREPAID, msisdn: '+4915550000001' }, 'INVALID_VALUE', ['msisdn']],
  ['a number of 16 digits', { ...PREPAID, msisdn: '4915550000001234' }, 'INVALID_VALUE', ['msisdn']],
  [
    'prepaid with credit',
    { ...PREPAID, creditLimit: { minor: 1n, currency: 'EUR' } },
    'INVALID_VALUE',
    ['creditLimit'],
  ],
  [
    'prepaid with zero credit',
    { ...PREPAID, creditLimit: { minor: 0n, currency: 'EUR' } },
    'INVALID_VALUE',
    ['creditLimit'],
  ],
  ['postpaid without credit', { ...POSTPAID, creditLimit: undefined }, 'INVALID_VALUE', ['creditLimit']],
  [
    'postpaid with zero credit',
    { ...POSTPAID, creditLimit: { minor: 0n, currency: 'EUR' } },
    'INVALID_VALUE',
    ['creditLimit', 'amount'],
  ],
  [
    'credit in another currency',
    { ...POSTPAID, creditLimit: { minor: 1n, currency: 'USD' } },
    'CURRENCY_MISMATCH',
    ['creditLimit', 'currency'],
  ],
  [
    'a threshold in another currency',
    { ...PREPAID, lowBalanceThreshold: { minor: 1n, currency: 'JPY' } },
    'CURRENCY_MISMATCH',
    ['lowBalanceThreshold', 'currency'],
  ],
])('refuses %s', (_, request, code, field) => {
  expect(accountTerms(request, TARIFF)).toMatchObject({ ok: false, code, field })
})

test('of several faults the first is named: number, then credit limit, then currencies in the order of the input', () => {
  const dollars = (minor: bigint) => ({ minor, currency: 'USD' }) as const
  const wrong = { ...PREPAID, msisdn: '1', creditLimit: dollars(1n), lowBalanceThreshold: dollars(1n) }
  const fieldOf = (request: AccountRequest) => {
    const terms = accountTerms(request, TARIFF)
    return terms.ok ? undefined : terms.field
  }
  expect(fieldOf(wrong)).toEqual(['msisdn'])
  expect(fieldOf({ ...wrong, msisdn: PREPAID.msisdn })).toEqual(['creditLimit'])
  expect(fieldOf({ ...wrong, msisdn: PREPAID.msisdn, paymentMode: 'POSTPAID' })).toEqual(['creditLimit', 'currency'])
  expect(fieldOf({ ...wrong, msisdn: PREPAID.msisdn, creditLimit: undefined })).toEqual([
    'lowBalanceThreshold',
    'currency',
  ])
})

test('terms are the same only when every one of them is', () => {
  const terms = accountTerms(PREPAID, TARIFF)
  if (!terms.ok) throw new Error(terms.message)
  expect(sameTerms(terms.value, { ...terms.value })).toBe(true)
  const others = [
    { ownerId: namedId('usr', 'bruno') },
    { msisdn: '4915550000002' },
    { currency: 'USD' as const },
    { paymentMode: 'POSTPAID' as const },
    { tariffId: namedId('trf', 'other') },
    { creditLimitMinor: 1n },
    { lowBalanceThresholdMinor: 1n },
  ]
  for (const other of others) expect(sameTerms(terms.value, { ...terms.value, ...other })).toBe(false)
})
