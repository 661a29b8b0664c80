import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CdrFields, readCdr } from './cdr.ts'
import { QUANTITY_MAX, USAGE_TYPES } from './usage.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const FIELDS: CdrFields = {
  recordId: 'msc7-000001',
  msisdn: '4915550000001',
  usageType: 'DATA',
  quantity: '1048576',
  startedAt: '2026-11-21T11:59:00Z',
}

test('reads the texts of a CSV line', () => {
  expect(readCdr(FIELDS, NOW)).toEqual({
    ok: true,
    value: {
      recordId: 'msc7-000001',
      msisdn: '4915550000001',
      usageType: 'DATA',
      quantity: 1_048_576,
      startedAt: new Date('2026-11-21T11:59:00.000Z'),
    },
  })
})

test('reads a JSON number as a quantity', () => {
  expect(readCdr({ ...FIELDS, quantity: 7 }, NOW)).toMatchObject({ ok: true, value: { quantity: 7 } })
})

test.each([
  ['2026-11-21T12:59:00+01:00', '2026-11-21T11:59:00.000Z'],
  ['2026-11-21t11:59:00.5z', '2026-11-21T11:59:00.500Z'],
  ['2026-11-21 11:59:00.123456789Z', '2026-11-21T11:59:00.123Z'],
  ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
])('reads %s as %s', (startedAt, instant) => {
  expect(readCdr({ ...FIELDS, startedAt }, NOW)).toMatchObject({ value: { startedAt: new Date(instant) } })
})

test.each<[keyof CdrFields, unknown, string]>([
  ['recordId', '', 'FIELD_MISSING'],
  ['recordId', undefined, 'FIELD_MISSING'],
  ['recordId', null, 'FIELD_MISSING'],
  ['recordId', 7, 'RECORD_ID_INVALID'],
  ['recordId', 'x'.repeat(129), 'RECORD_ID_INVALID'],
  ['msisdn', '', 'FIELD_MISSING'],
  ['msisdn', 4915550000001, 'MSISDN_INVALID'],
  ['msisdn', 'unknown', 'MSISDN_INVALID'],
  ['usageType', 'FAX', 'USAGE_TYPE_UNKNOWN'],
  ['usageType', 'voice', 'USAGE_TYPE_UNKNOWN'],
  ['usageType', 'constructor', 'USAGE_TYPE_UNKNOWN'],
  ['usageType', ['VOICE'], 'USAGE_TYPE_UNKNOWN'],
  ['quantity', '', 'FIELD_MISSING'],
  ['quantity', '-1', 'QUANTITY_INVALID'],
  ['quantity', '1.5', 'QUANTITY_INVALID'],
  ['quantity', '1e3', 'QUANTITY_INVALID'],
  ['quantity', '0x10', 'QUANTITY_INVALID'],
  ['quantity', ' 1', 'QUANTITY_INVALID'],
  ['quantity', 'Infinity', 'QUANTITY_INVALID'],
  ['quantity', '9007199254740992', 'QUANTITY_INVALID'],
  ['quantity', '9'.repeat(400), 'QUANTITY_INVALID'],
  ['quantity', true, 'QUANTITY_INVALID'],
  ['quantity', '9007199254740991', 'QUANTITY_TOO_LARGE'],
  ['startedAt', '2026-11-21', 'STARTED_AT_INVALID'],
  ['startedAt', '2026-11-21T11:59:00', 'STARTED_AT_INVALID'],
  ['startedAt', '2026-02-30T11:59:00Z', 'STARTED_AT_INVALID'],
  ['startedAt', '2025-02-29T11:59:00Z', 'STARTED_AT_INVALID'],
  ['startedAt', '2026-11-21T24:00:00Z', 'STARTED_AT_INVALID'],
  ['startedAt', '1', 'STARTED_AT_INVALID'],
  ['startedAt', '2026-11-21T11:59:00.1234567890Z', 'STARTED_AT_INVALID'],
  ['startedAt', '2026-11-21T11:59:00+24:00', 'STARTED_AT_INVALID'],
  ['startedAt', 1_790_000_000, 'STARTED_AT_INVALID'],
  ['startedAt', '1970-01-01T00:00:00Z', 'STARTED_AT_TOO_EARLY'],
  ['startedAt', '2026-11-21T12:05:01Z', 'STARTED_AT_IN_FUTURE'],
])('refuses %s = %j with %s', (field, value, code) => {
  expect(readCdr({ ...FIELDS, [field]: value }, NOW)).toMatchObject({ ok: false, code, field: [field] })
})

test('of several empty fields the first of the line is named', () => {
  expect(readCdr({ ...FIELDS, msisdn: '', quantity: '', startedAt: '' }, NOW)).toMatchObject({ field: ['msisdn'] })
})

test('every usage that is written out is read back as it was', () => {
  const usages = fc.record({
    recordId: fc.stringMatching(/^[ -~]{1,128}$/),
    msisdn: fc.stringMatching(/^[1-9][0-9]{6,14}$/),
    usageType: fc.constantFrom(...USAGE_TYPES),
    quantity: fc.integer({ min: 0, max: QUANTITY_MAX.SMS }),
    startedAt: fc.date({ min: new Date('2000-01-01'), max: NOW, noInvalidDate: true }),
  })
  fc.assert(
    fc.property(usages, (usage) => {
      const line = { ...usage, quantity: String(usage.quantity), startedAt: usage.startedAt.toISOString() }
      expect(readCdr(line, NOW)).toEqual({ ok: true, value: usage })
    }),
  )
})

test('nothing that JSON can hold makes the reader throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(FIELDS)), (value, field) => {
      expect(readCdr({ ...FIELDS, [field]: value }, NOW)).toHaveProperty('ok')
    }),
  )
})
