import { expect, test } from 'vitest'
import { CARRIAGE_CODES } from './carriage.ts'
import { railFailure } from './rail-failure.ts'

test.each([
  ['AC01', 'BANK_ACCOUNT_INVALID'],
  ['AC04', 'BANK_ACCOUNT_CLOSED'],
  ['AC06', 'BANK_ACCOUNT_BLOCKED'],
  ['AM04', 'DECLINED_FOR_FUNDS'],
  ['AG01', 'NOT_ALLOWED_BY_BANK'],
  ['MS03', 'REJECTED_BY_BANK'],
  ['ZZ99', 'REJECTED_BY_BANK'],
])('%s comes to %s, and stands in the message', (reason, code) => {
  expect(railFailure({ code: reason, text: undefined })).toEqual({
    code,
    message: expect.stringContaining(`(${reason}).`),
  })
})

test('a bank that says why in words is quoted, and one that says nothing has rejected it', () => {
  expect(railFailure({ code: 'AC04', text: 'closed in May' }).message).toBe(
    'The account at the bank is closed (AC04: closed in May).',
  )
  expect(railFailure(undefined)).toEqual({ code: 'REJECTED_BY_BANK', message: 'The bank rejected it.' })
})

test('what a rail of ours does not carry is told apart from what a bank rejects', () => {
  for (const code of CARRIAGE_CODES) expect(railFailure({ code, text: undefined }).code).toBe('NOT_CARRIED_BY_RAIL')
})
