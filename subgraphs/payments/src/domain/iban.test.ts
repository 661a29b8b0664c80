import { expect, test } from 'vitest'
import { isIban } from './iban.ts'

test.each([
  ['DE89370400440532013000', true],
  ['DE89370400440532013001', false],
  ['DE89 3704 0044 0532 0130 00', false],
  ['CI04CI0080111302000300040099', true],
  ['CI05CI0080111302000300040099', false],
  ['CI04CI008011130200030004009', false],
  ['CI05A00060174100178530011852', true],
  ['', false],
])('%j is an IBAN: %s', (text, expected) => {
  expect(isIban(text)).toBe(expected)
})
