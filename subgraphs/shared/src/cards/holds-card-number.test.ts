import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsCardNumber, urlHoldsCardNumber } from './holds-card-number.ts'

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
  ['a mobile number', 'called from 4915550000009'],
  ['an IMEI', '354809104295874'],
  ['an ICCID', '8949020000000000006'],
  ['a number that begins with its time', '2611221530000008'],
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

test('one whose first digits are no time is found, though others of its scheme begin so', () => {
  expect(holdsCardNumber('2223003122003222')).toBe(true)
})

test.each([
  ['path', 'https://example.com/hooks/4111111111111111'],
  ['path behind a name', 'https://example.com/card_4111111111111111/paid'],
  ['query', 'https://example.com/hooks?card=4111111111111111&x=1'],
  ['query, with encoded spaces', 'https://example.com/?card=4111%201111%201111%201111'],
  ['query, with spaces as plus', 'https://example.com/?card=4111+1111+1111+1111'],
  ['query, every digit encoded', `https://example.com/?card=${'%34'}${'%31'.repeat(15)}`],
  ['query, beside what is no UTF-8', 'https://example.com/%FF/?card=%34111111111111111'],
  ['host', 'https://4111111111111111.example.com/'],
])('finds a card number in the %s of a URL', (_, url) => {
  expect(urlHoldsCardNumber(url)).toBe(true)
})

test.each([
  ['Slack', 'https://hooks.slack.com/services/T024BE7LD/B024BE7LD/XXXX4111111111111111XXXX'],
  ['a snowflake', 'https://discord.com/api/webhooks/1330112233445566778/token'],
  ['a UUID', 'https://example.com/hooks/41111111-1111-4111-8111-111111111111'],
  ['a port', 'https://example.com:8443/hooks/20261121-000123?key=abc%20def'],
])('lets through the URL of %s', (_, url) => {
  expect(urlHoldsCardNumber(url)).toBe(false)
})
