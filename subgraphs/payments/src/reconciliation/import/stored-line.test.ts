import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { expect, test } from 'vitest'
import { NO_COUNTERPARTY, NO_REFERENCES, type StatementLine } from '../../statements/statement.ts'
import { mentionsOf, storedLine } from './stored-line.ts'

const money = (minor: bigint, currency: CurrencyCode = 'EUR') => ({ minor, currency })
const LINE: StatementLine = {
  account: 'A',
  statementId: 'S',
  entry: 1,
  bookingDate: '2026-03-02',
  valueDate: '2026-03-03',
  amount: money(100n),
  status: 'BOOK',
  isReversal: false,
  returnReason: undefined,
  references: NO_REFERENCES,
  remittance: [],
  counterparty: NO_COUNTERPARTY,
  charges: [],
  position: { line: 1 },
}
const of = (change: Partial<StatementLine>) => storedLine({ ...LINE, ...change }, 1, '2026-03-31')

test('what the parties gave it are references, all else that may name it are mentions, each once and in one spelling', () => {
  const references = {
    ...NO_REFERENCES,
    endToEndId: 'e2e 1',
    creditorReferences: ['RF18 5390 0754 7034'],
    documentNumbers: ['INV-1', 'inv-1'],
    transactionId: 'T1',
    entryReference: 'E2E1',
    accountServicerReference: 'bank 1',
  }
  expect(of({ references })).toMatchObject({
    references: ['E2E1', 'RF18539007547034', 'INV-1'],
    mentions: ['T1', 'BANK1'],
    bankReference: 'BANK1',
    lookup: 'E2E1 INV-1 RF18539007547034',
  })
  expect(of({})).toMatchObject({ references: [], mentions: [], bankReference: null, lookup: null })
})

test('of a remittance text, words with a digit are mentions, and the whole of a short text', () => {
  expect(of({ remittance: ['Invoice 47 11', 'thanks for INV-4711, and 12'] }).mentions).toEqual([
    'INVOICE4711',
    'THANKSFORINV-4711,AND12',
    'INV-4711',
    '11THANKS',
  ])
  expect(
    of({ remittance: [Array.from({ length: 99 }, (_, at) => `REF${1000 + at}`).join(' ')] }).mentions,
  ).toHaveLength(24)
})

test('of a word with marks beside it, and of one that the bank broke in two, the parts are mentions as well', () => {
  const mentionsIn = (...remittance: string[]) => of({ remittance }).mentions
  for (const text of [
    'INV-10002.',
    'RE #INV-10002',
    '"INV-10002"',
    'no.INV-10002',
    'INV-10002/2026',
    'x4711/INV-10002',
  ])
    expect(mentionsIn(text)).toContain('INV-10002')
  expect(mentionsIn('Thanks for INV-10', '002. Yours, A')).toContain('INV-10002')
  expect(mentionsIn('4711/2026-B').at(0)).toBe('4711/2026-B')
})

test('of references that payees print in groups, the whole is a mention, beside other words', () => {
  expect(of({ remittance: ['Your bill RF71 2348 231 of May'] }).mentions).toContain('RF712348231')
  expect(of({ remittance: ['Rent +++090/9337/55493+++'] }).mentions).toContain('090933755493')
  expect(mentionsOf({ ...LINE, remittance: ['Your bill RF71 2348 231 of May'] })).toEqual(['YOURBILLRF712348231OFMAY'])
})

test('what a statement is known by does not change with what is looked at of its texts', () => {
  const told = { ...LINE, remittance: ['Thanks for no.INV-10', '002.'] }
  expect(mentionsOf(told)).toEqual(['THANKSFORNO.INV-10', 'NO.INV-10'])
})

test('charges are what the bank took out of the amount, in its currency', () => {
  const charge = (minor: bigint, change: object = {}) => ({
    amount: money(minor),
    isIncluded: true,
    type: undefined,
    ...change,
  })
  expect(of({ charges: [charge(-30n), charge(-20n)] }).chargesMinor).toBe(50n)
  expect(
    of({ charges: [charge(-30n, { isIncluded: false }), charge(-9n, { isIncluded: undefined })] }).chargesMinor,
  ).toBe(0n)
  expect(of({ charges: [charge(-30n, { amount: money(-30n, 'USD') })] }).chargesMinor).toBe(0n)
  expect(of({ charges: [charge(30n)] }).chargesMinor).toBe(0n)
})

test('a line without a booking day has its value day, and without either the day of its statement', () => {
  expect(of({}).bookedOn).toBe('2026-03-02')
  expect(of({ bookingDate: undefined }).bookedOn).toBe('2026-03-03')
  expect(of({ bookingDate: undefined, valueDate: undefined }).bookedOn).toBe('2026-03-31')
})

test('a line without a day on which it was booked has that of its value, but none behind the day of its statement', () => {
  const bookedOn = (bookingDate: string | undefined, valueDate: string | undefined) =>
    of({ bookingDate, valueDate }).bookedOn
  expect(bookedOn(undefined, '2026-03-03')).toBe('2026-03-03')
  expect(bookedOn(undefined, '2027-03-03')).toBe('2026-03-31')
  expect(bookedOn(undefined, undefined)).toBe('2026-03-31')
  expect(bookedOn('2026-04-02', '2027-03-03')).toBe('2026-04-02')
})
