// What is sent again under a key has to be the same order to the letter, also when it was stored by an earlier release.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashOfRemittance, type RemittanceOrder } from './request-hash.ts'

const TO_IBAN: RemittanceOrder = {
  quoteId: 'fxq_00000000000000000000000001',
  sourceAccountId: 'led_00000000000000000000000002',
  beneficiary: {
    name: 'Grace Hopper',
    country: 'FR',
    account: 'FR1420041010050500013M02606',
    bic: null,
    clearingMember: null,
  },
  purpose: 'RENT',
  fundsSource: 'SALARY',
  message: 'June',
}

const withBeneficiary = (change: Partial<RemittanceOrder['beneficiary']>): RemittanceOrder => ({
  ...TO_IBAN,
  beneficiary: { ...TO_IBAN.beneficiary, ...change },
})

const TO_IBAN_WITH_BIC = withBeneficiary({ bic: 'PSSTFRPPPAR' })
const TO_BIC = withBeneficiary({ country: 'US', account: '000123456789', bic: 'CHASUS33' })
const TO_MEMBER = withBeneficiary({ country: 'US', account: '000123456789', clearingMember: 'USABA/021000021' })

test('another value in any single field is another order', () => {
  const orders: RemittanceOrder[] = [
    TO_IBAN,
    { ...TO_IBAN, quoteId: 'fxq_00000000000000000000000009' },
    { ...TO_IBAN, sourceAccountId: 'led_00000000000000000000000009' },
    { ...TO_IBAN, purpose: 'GIFT' },
    { ...TO_IBAN, fundsSource: 'SAVINGS' },
    { ...TO_IBAN, message: 'July' },
    { ...TO_IBAN, message: null },
    withBeneficiary({ name: 'Grace Murray' }),
    withBeneficiary({ country: 'MC' }),
    withBeneficiary({ account: 'FR7630006000011234567890189' }),
    withBeneficiary({ country: 'US', account: '000123456789' }),
    TO_IBAN_WITH_BIC,
    TO_BIC,
    withBeneficiary({ country: 'US', account: '000123456789', bic: 'CITIUS33' }),
    TO_MEMBER,
    withBeneficiary({ country: 'US', account: '000123456789', clearingMember: 'USABA/026009593' }),
  ]
  expect(new Set(orders.map(hashOfRemittance)).size).toBe(orders.length)
})

const start = '["v1","fxq_00000000000000000000000001","led_00000000000000000000000002","Grace Hopper"'
const end = '"RENT","SALARY","June"'

test.each<[string, RemittanceOrder, string]>([
  ['an IBAN', TO_IBAN, `${start},"FR","FR1420041010050500013M02606",null,${end}]`],
  ['an IBAN with its BIC', TO_IBAN_WITH_BIC, `${start},"FR","FR1420041010050500013M02606","PSSTFRPPPAR",${end}]`],
  ['a number at a bank with a BIC', TO_BIC, `${start},"US","000123456789","CHASUS33",${end}]`],
  ['a number at a clearing member', TO_MEMBER, `${start},"US","000123456789",null,${end},"USABA/021000021"]`],
])(
  'an order to %s has the same hash in every release, because those that are stored are compared with it',
  (...given) => {
    const [, order, spelling] = given
    expect(hashOfRemittance(order)).toBe(createHash('sha256').update(spelling).digest('hex'))
  },
)

test('it is SHA-256 in hex', () => {
  expect(hashOfRemittance(TO_IBAN)).toBe('1f98c20613b026267567f10ce57c06441573049c8fbeb1727d943a43a5eb5c4b')
})
