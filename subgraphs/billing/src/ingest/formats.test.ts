import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CSV_HEADER, fieldName, fieldsOf, isHeader } from './formats.ts'

const RECORD = {
  recordId: 'r-1',
  msisdn: '4915550000001',
  usageType: 'SMS',
  quantity: '1',
  startedAt: '2026-11-21T09:30:00Z',
}

test.each([
  ['plain', 'r-1,4915550000001,SMS,1,2026-11-21T09:30:00Z'],
  ['quoted', '"r-1","4915550000001","SMS","1","2026-11-21T09:30:00Z"'],
  ['partly quoted', 'r-1,"4915550000001",SMS,1,2026-11-21T09:30:00Z'],
])('reads a %s CSV line', (_, line) => {
  expect(fieldsOf.csv(line)).toEqual({ ok: true, value: RECORD })
})

test('a quoted value holds commas and doubled quotes', () => {
  expect(fieldsOf.csv('"a,""b""",2,3,4,5')).toMatchObject({ ok: true, value: { recordId: 'a,"b"' } })
})

test.each([
  ['r-1,"4915550000001,SMS,1,2026', 'QUOTE_NOT_CLOSED'],
  ['r-1,4915550000001,SMS,1,"', 'QUOTE_NOT_CLOSED'],
  ['r"1,4915550000001,SMS,1,2026', 'QUOTE_MISPLACED'],
  ['"r"1,4915550000001,SMS,1,2026', 'QUOTE_MISPLACED'],
  ['r-1,4915550000001,SMS,1', 'COLUMN_COUNT'],
  ['r-1,4915550000001,SMS,1,2026,more', 'COLUMN_COUNT'],
  ['"a",b', 'COLUMN_COUNT'],
  ['r-1;4915550000001;SMS;1;2026', 'COLUMN_COUNT'],
  ['', 'COLUMN_COUNT'],
])('refuses the CSV line %j with %s', (line, code) => {
  expect(fieldsOf.csv(line)).toMatchObject({ ok: false, code })
})

test('reads an NDJSON line and leaves out what it does not know', () => {
  expect(fieldsOf.ndjson(JSON.stringify({ ...RECORD, quantity: 1, cell: 'x' }))).toEqual({
    ok: true,
    value: { ...RECORD, quantity: 1 },
  })
})

test('a missing key is left to the check of the fields', () => {
  expect(fieldsOf.ndjson('{}')).toMatchObject({ ok: true, value: { recordId: undefined } })
})

test.each([
  ['{"recordId":', 'JSON_INVALID'],
  ['r-1,4915550000001', 'JSON_INVALID'],
  ["{'recordId':'r'}", 'JSON_INVALID'],
  ['{} {}', 'JSON_INVALID'],
  ['[]', 'JSON_NOT_AN_OBJECT'],
  ['null', 'JSON_NOT_AN_OBJECT'],
  ['"r-1"', 'JSON_NOT_AN_OBJECT'],
  ['1', 'JSON_NOT_AN_OBJECT'],
])('refuses the NDJSON line %j with %s', (line, code) => {
  expect(fieldsOf.ndjson(line)).toMatchObject({ ok: false, code })
})

test('the header is the five columns in their order, quoted or not', () => {
  expect(CSV_HEADER).toBe('record_id,msisdn,usage_type,quantity,started_at')
  expect(isHeader(CSV_HEADER)).toBe(true)
  expect(isHeader('"record_id","msisdn","usage_type","quantity","started_at"')).toBe(true)
  for (const wrong of ['', 'record_id', `${CSV_HEADER},more`, 'msisdn,record_id,usage_type,quantity,started_at', '"a'])
    expect(isHeader(wrong)).toBe(false)
})

test('a field is named as the file names it', () => {
  expect(fieldName('csv', 'startedAt')).toBe('started_at')
  expect(fieldName('ndjson', 'startedAt')).toBe('startedAt')
})

test('no text makes a reader throw', () => {
  const line = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', 'a', ' ', '{', '}', '\r') }))
  fc.assert(
    fc.property(line, (text) => {
      expect(fieldsOf.csv(text)).toHaveProperty('ok')
      expect(fieldsOf.ndjson(text)).toHaveProperty('ok')
    }),
  )
})
