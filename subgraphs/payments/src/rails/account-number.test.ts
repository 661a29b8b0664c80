import { countrySpecs, isSEPACountry } from 'ibantools'
import { expect, test } from 'vitest'
import { countryOfAgent, isAccountNumber, isNumberAt, looksLikeIban, takesIbansAlone } from './account-number.ts'

test.each([
  ['000123456789', 'CHASUS33', true],
  ['12-345/6 7', 'CHASUS33XXX', true],
  ['000123456789', 'USABA/021000021', true],
  ['x'.repeat(34), 'SBININBB', true],
  ['x'.repeat(35), 'SBININBB', false],
  ['12_3', 'CHASUS33', false],
  ['', 'CHASUS33', false],
  ['000123456789', undefined, false],
  ['000123456789', 'CHAS', false],
  ['000123456789', 'USABA/021000022', false],
  // Where there are IBANs banks take nothing else, and an IBAN that is wrong is no number of somewhere else.
  ['000123456789', 'COBADEFF', false],
  ['000123456789', 'TGBATRIS', false],
  ['000123456789', 'QUORGGS1', false],
  ['000123456789', 'QUORIMD1', false],
  ['000123456789', 'QUORJESH', false],
  ['000123456789', 'QUORBLBL', false],
  ['DE89370400440532013001', 'CHASUS33', false],
  ['de89 3704 0044 0532 0130 01', 'USABA/021000021', false],
  ['TR330006100519786457841327', 'CHASUS33', false],
])('%j at %s is an account number: %s', (account, agent, expected) => {
  expect(isNumberAt(account, agent)).toBe(expected)
})

test('countries of the registry of IBANs take nothing else, and all of SEPA is among them', () => {
  expect(
    ['DE', 'GB', 'TR', 'AE', 'SA', 'BR', 'IL', 'PK', 'GG', 'IM', 'JE', 'BL', 'MQ'].filter(
      (country) => !takesIbansAlone(country),
    ),
  ).toEqual([])
  expect(['US', 'CN', 'IN', 'AU', 'MA', 'IR', 'XX', 'constructor'].filter(takesIbansAlone)).toEqual([])
  const outside = Object.keys(countrySpecs).filter((country) => isSEPACountry(country) && !takesIbansAlone(country))
  expect(outside).toEqual([])
})

test('an IBAN is what begins like one and is as long as one', () => {
  expect(
    ['IR062960000000100324200001', 'IR062960000000100324200009', 'ir06 2960 0000 0010 0324 2000 01'].map(looksLikeIban),
  ).toEqual([true, true, true])
  expect(['IR06296000000010032420000', 'US123456789', 'ZZ12345678', '0612345678', ''].map(looksLikeIban)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
  expect(isAccountNumber('IR062960000000100324200001')).toBe(true)
})

test.each([
  ['CHASUS33', 'US'],
  ['FTBDKPPY', 'KP'],
  ['USABA/021000021', 'US'],
  ['CNAPS/102100099996', 'CN'],
  ['USABA/1', undefined],
  ['chasus33', undefined],
  ['', undefined],
])('%j is a bank in %s', (agent, country) => {
  expect(countryOfAgent(agent)).toBe(country)
})
