import { expect, test } from 'vitest'
import { bankCountryOf, type GivenBeneficiary, maskedAccount, readBeneficiary } from './beneficiary.ts'
import { FUNDS_SOURCES, isRefused, PURPOSES } from './purpose.ts'

const BY_IBAN: GivenBeneficiary = {
  name: 'Ada Lovelace',
  country: 'FR',
  iban: 'FR14 2004 1010 0505 0001 3M02 606',
  accountNumber: null,
  bic: null,
  clearingMember: null,
}
const BY_NUMBER: GivenBeneficiary = {
  ...BY_IBAN,
  country: 'US',
  iban: null,
  accountNumber: '000123456789',
  bic: 'CHASUS33',
}
const BY_MEMBER: GivenBeneficiary = { ...BY_NUMBER, bic: null, clearingMember: { system: 'USABA', id: '021000021' } }

test.each([
  ['an IBAN', BY_IBAN, { account: 'FR1420041010050500013M02606', bic: null }, 'FR…2606'],
  ['a small IBAN', { ...BY_IBAN, iban: 'de89370400440532013000' }, { account: 'DE89370400440532013000' }, 'DE…3000'],
  ['an IBAN with its BIC', { ...BY_IBAN, bic: 'psstfrppPAR' }, { bic: 'PSSTFRPPPAR', clearingMember: null }, 'FR…2606'],
  ['a number and a BIC', BY_NUMBER, { account: '000123456789', bic: 'CHASUS33' }, '…6789'],
  ['a small BIC', { ...BY_NUMBER, bic: 'chasus33' }, { bic: 'CHASUS33' }, '…6789'],
  [
    'a number and a member of a clearing system',
    BY_MEMBER,
    { account: '000123456789', bic: null, clearingMember: 'USABA/021000021' },
    '…6789',
  ],
  [
    'a member as people write it',
    { ...BY_MEMBER, clearingMember: { system: 'INFSC', id: 'sbin 0000300' } as const },
    { clearingMember: 'INFSC/SBIN0000300' },
    '…6789',
  ],
  ['a short number', { ...BY_NUMBER, accountNumber: '1234567' }, { account: '1234567' }, '…'],
  ['a name with spaces around it', { ...BY_IBAN, name: '  Ada ' }, { name: 'Ada' }, 'FR…2606'],
])('reads %s, and shows the end of the account alone', (_, given, read, masked) => {
  const beneficiary = readBeneficiary(given)
  expect(beneficiary).toMatchObject({ ok: true, value: read })
  expect(beneficiary.ok && maskedAccount(beneficiary.value)).toBe(masked)
})

test.each([
  ['IR', { ...BY_IBAN, iban: 'IR062960000000100324200001' }],
  ['KP', { ...BY_NUMBER, bic: 'ftbdkppy' }],
  ['US', { ...BY_MEMBER, country: 'KE' }],
  ['CN', { ...BY_MEMBER, clearingMember: { system: 'CNAPS', id: '102100099996' } as const }],
  ['DE', { ...BY_IBAN, iban: 'de89370400440532013000' }],
  ['FR', { ...BY_IBAN, bic: 'PSSTFRPPPAR' }],
  // Their IBANs are those of France, the United Kingdom and Finland.
  ['RE', { ...BY_IBAN, bic: 'BREUREMX' }],
  ['PF', { ...BY_IBAN, bic: 'socbpftp' }],
  ['JE', { ...BY_IBAN, iban: 'GB29NWBK60161331926819', bic: 'RBOSJESX' }],
  ['AX', { ...BY_IBAN, iban: 'FI2112345600000785', bic: 'AABAAX22' }],
])('knows that the account is in %s, wherever its owner is said to be', (country, given) => {
  const beneficiary = readBeneficiary(given)
  expect(beneficiary.ok && bankCountryOf(beneficiary.value)).toBe(country)
})

test.each([
  ['INVALID_VALUE', 'name', { ...BY_IBAN, name: ' ' }],
  ['INVALID_VALUE', 'name', { ...BY_IBAN, name: 'x'.repeat(71) }],
  ['INVALID_VALUE', 'name', { ...BY_IBAN, name: 'Ada\u0000' }],
  ['UNKNOWN_COUNTRY', 'country', { ...BY_IBAN, country: 'fr' }],
  ['UNKNOWN_COUNTRY', 'country', { ...BY_IBAN, country: 'QQ' }],
  ['UNKNOWN_COUNTRY', 'country', { ...BY_IBAN, country: 'constructor' }],
  ['INVALID_VALUE', 'iban', { ...BY_IBAN, iban: null }],
  ['INVALID_VALUE', 'iban', { ...BY_IBAN, accountNumber: '1', bic: 'CHASUS33' }],
  ['IBAN_INVALID', 'iban', { ...BY_IBAN, iban: 'FR1420041010050500013M02607' }],
  ['IBAN_INVALID', 'iban', { ...BY_IBAN, iban: '' }],
  ['BIC_INVALID', 'bic', { ...BY_IBAN, bic: 'PSST' }],
  ['BIC_INVALID', 'bic', { ...BY_IBAN, bic: '' }],
  // A bank of one country beside an IBAN of another would hide one of both.
  ['BIC_INVALID', 'bic', { ...BY_IBAN, bic: 'COBADEFFXXX' }],
  ['BIC_INVALID', 'bic', { ...BY_IBAN, iban: 'IR062960000000100324200001', bic: 'PSSTFRPPPAR' }],
  ['BIC_INVALID', 'bic', { ...BY_IBAN, iban: 'GB29NWBK60161331926819', bic: 'BREUREMX' }],
  ['BIC_INVALID', 'bic', { ...BY_IBAN, bic: 'CFMOMCMX' }],
  ['INVALID_VALUE', 'accountNumber', { ...BY_NUMBER, accountNumber: '1'.repeat(35) }],
  ['INVALID_VALUE', 'accountNumber', { ...BY_NUMBER, accountNumber: '12_3' }],
  ['BIC_INVALID', 'bic', { ...BY_NUMBER, bic: null }],
  ['BIC_INVALID', 'bic', { ...BY_NUMBER, bic: 'CHAS' }],
  ['INVALID_VALUE', 'clearingMember', { ...BY_MEMBER, bic: 'CHASUS33' }],
  ['INVALID_VALUE', 'clearingMember', { ...BY_IBAN, clearingMember: BY_MEMBER.clearingMember }],
  // An IBAN of one country beside a bank of another would hide the first.
  ['INVALID_VALUE', 'accountNumber', { ...BY_NUMBER, accountNumber: 'IR062960000000100324200001' }],
  ['INVALID_VALUE', 'accountNumber', { ...BY_MEMBER, accountNumber: 'FR14 2004 1010 0505 0001 3M02 606' }],
  ['INVALID_VALUE', 'accountNumber', { ...BY_MEMBER, accountNumber: 'FR14 2004 1010 0505 0001 3M02 607' }],
  ['IBAN_REQUIRED', 'iban', { ...BY_NUMBER, bic: 'PSSTFRPPPAR' }],
  ['IBAN_REQUIRED', 'iban', { ...BY_NUMBER, bic: 'psstfrpppar' }],
  // Outside of SEPA: Turkey, the Emirates, Brazil.
  ['IBAN_REQUIRED', 'iban', { ...BY_NUMBER, bic: 'TGBATRIS' }],
  ['IBAN_REQUIRED', 'iban', { ...BY_NUMBER, bic: 'EBILAEAD' }],
  ['IBAN_REQUIRED', 'iban', { ...BY_NUMBER, bic: 'brasbrrj' }],
])('refuses with %s at %s, and repeats no account', (code, field, given) => {
  const refused = readBeneficiary(given)
  expect(refused).toMatchObject({ ok: false, code, field: ['beneficiary', field] })
  expect(refused.ok || refused.message).not.toMatch(/FR14|0001234|1111|PSST/)
})

test.each(['021000022', '02100002', '', 'CHASUS33'])('refuses %j as a member of the clearing system', (id) => {
  const refused = readBeneficiary({ ...BY_MEMBER, clearingMember: { system: 'USABA', id } })
  expect(refused).toMatchObject({
    ok: false,
    code: 'CLEARING_MEMBER_INVALID',
    field: ['beneficiary', 'clearingMember', 'id'],
    message: 'No member of USABA has such an id.',
  })
})

test('names the purposes that money from a source is not sent for', () => {
  const refused = PURPOSES.flatMap((purpose) =>
    FUNDS_SOURCES.filter((source) => isRefused(purpose, source)).map((source) => `${purpose} of ${source}`),
  )
  expect(refused.filter((line) => !line.startsWith('SALARY'))).toEqual([
    'GIFT of LOAN',
    'SAVINGS of LOAN',
    'INVESTMENT of LOAN',
    'LOAN_REPAYMENT of LOAN',
    'CHARITY of LOAN',
  ])
  expect(refused.filter((line) => line.startsWith('SALARY'))).toHaveLength(FUNDS_SOURCES.length - 1)
})
