import { expect, test } from 'vitest'
import { checkUsage, isMsisdn, QUANTITY_MAX, sameUsage, type Usage } from './usage.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const USAGE: Usage = {
  recordId: 'msc7-000001',
  msisdn: '4915550000001',
  usageType: 'VOICE',
  quantity: 61,
  startedAt: new Date('2026-11-21T11:59:00.000Z'),
}

test.each<[string, Partial<Usage>]>([
  ['a quantity of zero', { quantity: 0 }],
  ['the longest call', { quantity: QUANTITY_MAX.VOICE }],
  ['the largest data session', { usageType: 'DATA', quantity: QUANTITY_MAX.DATA }],
  ['the shortest number', { msisdn: '4915550' }],
  ['the longest number', { msisdn: '491555000000123' }],
  ['a record id of 128 characters', { recordId: 'r'.repeat(128) }],
  ['a record id of 128 characters outside the BMP', { recordId: '𝛼'.repeat(128) }],
  ['a start exactly five minutes ahead', { startedAt: new Date('2026-11-21T12:05:00.000Z') }],
  ['the earliest start', { startedAt: new Date('2000-01-01T00:00:00.000Z') }],
])('accepts %s', (_, change) => {
  const usage = { ...USAGE, ...change }
  expect(checkUsage(usage, NOW)).toEqual({ ok: true, value: usage })
})

test.each<[string, Partial<Usage>, string, string]>([
  ['an empty record id', { recordId: '' }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id of 129 characters', { recordId: 'r'.repeat(129) }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id with a NUL, which PostgreSQL cannot store', { recordId: 'a\0b' }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id of 129 characters outside the BMP', { recordId: '𝛼'.repeat(129) }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id with a character that nobody sees', { recordId: 'a\u200bb' }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id that begins with a byte order mark', { recordId: '\ufeffa' }, 'RECORD_ID_INVALID', 'recordId'],
  ['a record id with a line break', { recordId: 'a\nb' }, 'RECORD_ID_INVALID', 'recordId'],
  [
    'a start in the last millisecond of 1999',
    { startedAt: new Date('1999-12-31T23:59:59.999Z') },
    'STARTED_AT_TOO_EARLY',
    'startedAt',
  ],
  ['a record id with half a surrogate pair', { recordId: 'a\ud800' }, 'RECORD_ID_INVALID', 'recordId'],
  ['a number of 6 digits', { msisdn: '491555' }, 'MSISDN_INVALID', 'msisdn'],
  ['a number of 16 digits', { msisdn: '4915550000001234' }, 'MSISDN_INVALID', 'msisdn'],
  ['a number with a plus sign', { msisdn: '+4915550000001' }, 'MSISDN_INVALID', 'msisdn'],
  ['a number without country code', { msisdn: '015550000001' }, 'MSISDN_INVALID', 'msisdn'],
  ['digits of another script', { msisdn: '٤٩١٥٥٥٠٠٠٠٠٠١' }, 'MSISDN_INVALID', 'msisdn'],
  ['a number with a line break after it', { msisdn: '4915550000001\n' }, 'MSISDN_INVALID', 'msisdn'],
  ['a negative quantity', { quantity: -1 }, 'QUANTITY_INVALID', 'quantity'],
  ['half a second', { quantity: 0.5 }, 'QUANTITY_INVALID', 'quantity'],
  ['no quantity', { quantity: Number.NaN }, 'QUANTITY_INVALID', 'quantity'],
  ['a quantity that JavaScript rounded', { quantity: 2 ** 53 }, 'QUANTITY_INVALID', 'quantity'],
  ['a call of over a month', { quantity: QUANTITY_MAX.VOICE + 1 }, 'QUANTITY_TOO_LARGE', 'quantity'],
  ['bytes sent as messages', { usageType: 'SMS', quantity: 5_000_000 }, 'QUANTITY_TOO_LARGE', 'quantity'],
  ['a start that is no time', { startedAt: new Date('x') }, 'STARTED_AT_INVALID', 'startedAt'],
  ['a clock that was never set', { startedAt: new Date(0) }, 'STARTED_AT_TOO_EARLY', 'startedAt'],
  [
    'a start 1 ms too far ahead',
    { startedAt: new Date('2026-11-21T12:05:00.001Z') },
    'STARTED_AT_IN_FUTURE',
    'startedAt',
  ],
])('refuses %s', (_, change, code, field) => {
  expect(checkUsage({ ...USAGE, ...change }, NOW)).toMatchObject({ ok: false, code, field: [field] })
})

test('one record is a month of talk, a pebibyte or a million messages at the most', () => {
  expect(QUANTITY_MAX).toEqual({ VOICE: 2_678_400, DATA: 1_125_899_906_842_624, SMS: 1_000_000 })
})

test('an msisdn that begins with a country code is one', () => {
  expect(isMsisdn('491711234567')).toBe(true)
  expect(isMsisdn('0491711234567')).toBe(false)
})

test('two records tell the same usage when every particular is the same, the instant by its value', () => {
  expect(sameUsage(USAGE, { ...USAGE, startedAt: new Date(USAGE.startedAt) })).toBe(true)
  const others: Partial<Usage>[] = [
    { msisdn: '4915550000002' },
    { usageType: 'DATA' },
    { quantity: 62 },
    { startedAt: new Date('2026-11-21T11:59:00.001Z') },
  ]
  for (const other of others) expect(sameUsage(USAGE, { ...USAGE, ...other })).toBe(false)
})
