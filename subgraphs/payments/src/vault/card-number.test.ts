import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCardNumber } from './card-number.ts'
import { parseExpiry } from './expiry.ts'
import { parseRevealReason } from './reveal-reason.ts'
import { checkSecurityCode } from './security-code.ts'
import { SensitiveText } from './sensitive-text.ts'
import { TEST_CARDS, testCard } from './test-cards.fixture.ts'

const read = (text: string) => parseCardNumber(new SensitiveText(text), ['number'])

test.each(TEST_CARDS)('%s %s is taken, and %s of it may be shown', (brand, digits, bin) => {
  const number = read(digits)
  expect(number).toMatchObject({ ok: true, value: { brand, bin, lastFour: digits.slice(-4) } })
  expect(number.ok && number.value.digits.reveal()).toBe(digits)
})

test.each(['4111 1111 1111 1111', '4111-1111-1111-1111'])('groups may be apart: %s', (text) => {
  expect(read(text)).toMatchObject({ ok: true, value: { lastFour: '1111' } })
})

test.each([
  ['INVALID_CARD_NUMBER', ''],
  ['INVALID_CARD_NUMBER', '411111111111'.slice(0, 11)],
  ['INVALID_CARD_NUMBER', '41111111111111111111'],
  ['INVALID_CARD_NUMBER', '4111111111111112'],
  ['INVALID_CARD_NUMBER', '411111111111111'],
  ['INVALID_CARD_NUMBER', '4111  1111 1111 1111'],
  ['INVALID_CARD_NUMBER', ' 4111111111111111'],
  ['INVALID_CARD_NUMBER', '４１１１１１１１１１１１１１１１'],
  ['INVALID_CARD_NUMBER', '4111x1111x1111x1111'],
  ['INVALID_CARD_NUMBER', '1'.repeat(1_000_000)],
  ['UNSUPPORTED_CARD_BRAND', '9111111111111111'],
  ['UNSUPPORTED_CARD_BRAND', '2720999999999996'.replace(/^2720/, '2721')],
])('%s: %s', (code, text) => {
  expect(read(text)).toMatchObject({ ok: false, code, field: ['number'] })
})

test('a digit that is wrong, and two unequal neighbours that are swapped (but 0 and 9), are found by the check digit', () => {
  const digit = fc.nat({ max: 9 })
  fc.assert(
    fc.property(fc.constantFrom(...TEST_CARDS), fc.nat(), digit, ([, digits], at, other) => {
      // The first eight say the brand.
      const place = 8 + (at % (digits.length - 9))
      if (digits[place] !== String(other))
        expect(read(digits.slice(0, place) + other + digits.slice(place + 1)).ok).toBe(false)
      const [a = '', b = ''] = digits.slice(place, place + 2)
      if (a !== b && !['09', '90'].includes(a + b))
        expect(read(digits.slice(0, place) + b + a + digits.slice(place + 2)).ok).toBe(false)
    }),
  )
})

test('however a number is printed, it is not seen', () => {
  const number = testCard('4111111111111111')
  const printed = [inspect(number, { depth: 9, showHidden: true }), JSON.stringify(number), `${number.digits}`]
  for (const text of printed) expect(text).not.toContain('411111111111')
  expect(Object.keys(number.digits)).toEqual([])
})

test('no refusal repeats what was sent', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{8,24}$/), (text) => {
      const number = read(text)
      if (!number.ok) expect(JSON.stringify(number)).not.toContain(text)
    }),
  )
})

test.each([
  [11, 2026, 'ok'],
  [12, 2026, 'ok'],
  [11, 2046, 'ok'],
  [10, 2026, 'CARD_EXPIRED'],
  [12, 2025, 'CARD_EXPIRED'],
  [0, 2030, 'INVALID_EXPIRY'],
  [13, 2030, 'INVALID_EXPIRY'],
  [1.5, 2030, 'INVALID_EXPIRY'],
  [1, 30, 'INVALID_EXPIRY'],
  [1, 2047, 'INVALID_EXPIRY'],
])('expiry %s/%s, on 30 November 2026 at 23:59:59 UTC: %s', (month, year, expected) => {
  const expiry = parseExpiry({ month, year }, new Date('2026-11-30T23:59:59.999Z'))
  expect(expiry.ok ? 'ok' : expiry.code).toBe(expected)
})

test('with the first moment of December a card of November has expired', () => {
  expect(parseExpiry({ month: 11, year: 2026 }, new Date('2026-12-01T00:00:00.000Z'))).toMatchObject({
    code: 'CARD_EXPIRED',
  })
})

test.each([
  ['VISA', '123', true],
  ['VISA', '1234', false],
  ['AMERICAN_EXPRESS', '1234', true],
  ['AMERICAN_EXPRESS', '123', false],
  ['VISA', '12a', false],
  ['VISA', '', false],
] as const)('a security code of %s, %s: %s; nothing of it is in the answer', (brand, code, isTaken) => {
  const checked = checkSecurityCode(new SensitiveText(code), brand, ['securityCode'])
  expect(checked.ok).toBe(isTaken)
  if (code !== '') expect(inspect(checked, { depth: 9 })).not.toContain(code)
})

test.each([
  ['chargeback 4711 of the issuer', true],
  ['ask Bruno', false],
  ['   short   ', false],
  ['x'.repeat(201), false],
  ['the number is 4111111111111111', false],
  ['the number is 4111 1111 - 1111.1111', false],
  ['the number is 4111 1111 1111 1111 12/30', false],
  ['chargeback 20261121-000123, called +49 155 5000 0009', true],
  ['refund to DE89 3704 0044 0532 0130 00', true],
  ['line\nbreaks are not for logs', false],
])('a reason such as "%s": %s', (text, isTaken) => {
  expect(parseRevealReason(text).ok).toBe(isTaken)
})
