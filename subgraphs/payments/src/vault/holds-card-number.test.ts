import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsCardNumber } from './holds-card-number.ts'

test.each([
  ['alone', '4111111111111111'],
  ['within a sentence', 'paid with 4111111111111111, twice'],
  ['in groups', 'card 4111 1111 1111 1111'],
  ['with dashes', '(5555-5555-5555-4444)'],
  ['as American Express prints it', '3782 822463 10005'],
  ['behind a name', 'card:4111111111111111'],
  ['in full-width digits', '４１１１１１１１１１１１１１１１'],
  ['in circled digits', '④①①①①①①①①①①①①①①①'],
])('finds a card number %s', (_, text) => {
  expect(holdsCardNumber(text)).toBe(true)
})

test.each([
  ['no digits', 'rent of May'],
  ['a wrong check digit', '4111111111111112'],
  ['of no scheme', '9111111111111111'],
  ['a part of a longer number', '41111111111111110000'],
  ['a part of a longer number in groups', '4111 1111 1111 1111 0000'],
  ['an IBAN', 'DE89 3704 0044 0532 0130 00'],
  ['an IBAN in one piece', 'DE89370400440532013000'],
  ['a creditor reference', 'RF18539007547034'],
  ['a time in milliseconds', '1795262400000'],
  ['an order of a day', '20261121-000123'],
])('lets through %s', (_, text) => {
  expect(holdsCardNumber(text)).toBe(false)
})

test('no UUID is one by chance', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(holdsCardNumber(uuid.replace(/[a-f]/g, '4'))).toBe(false)
    }),
    { numRuns: 1_000 },
  )
})
