import { expect, test } from 'vitest'
import { accountAsked, ownAccount } from './own-account.ts'

const IBAN = 'NL91ABNA0417164300'

test.each([
  [IBAN, IBAN],
  [`${IBAN}EUR`, IBAN],
  [`${IBAN} EUR`, IBAN],
  ['NL91 ABNA 0417 1643 00', IBAN],
  ['nl91 abna 0417 1643 00 EUR', IBAN],
  [`ABNANL2A/${IBAN}`, IBAN],
  [`ABNANL2AXXX/${IBAN}EUR`, IBAN],
  ['NL00ABNA0417164300EUR', 'NL00ABNA0417164300'],
])('the account %s is known by its IBAN', (written, expected) => {
  expect(ownAccount(written, 'EUR')).toBe(expected)
})

test.each([
  ['with another currency behind it', `${IBAN}USD`, 'EUR'],
  ['of a length that its country has not', 'NL91ABNA041716430EUR', 'EUR'],
  ['of the bank’s own', '10020030/1234567EUR', 'EUR'],
  ['of the bank’s own, with blanks', '4324567 0000081 EUR', 'EUR'],
  ['that ends with its currency', 'MU17BOMM0101101030300200000MUR', 'MUR'],
])('an account %s stays as it is', (_, written, currency) => {
  expect(ownAccount(written, currency)).toBe(written)
})

test.each([
  ['nl91 abna 0417 1643 00', IBAN],
  [IBAN, IBAN],
  ['my account 1', 'my account 1'],
  ['NL91 ABNA 0417 1643', 'NL91 ABNA 0417 1643'],
])('who asks about %j asks about %j', (written, expected) => {
  expect(accountAsked(written)).toBe(expected)
})
