// What field 61 becomes: days, sign, amount, references and charges of an entry.

import { expect, test } from 'vitest'
import { heldBy, MT940_HEAD, mt940, outcomeOf } from '../statements.fixture.ts'
import { statementWith, withEntry } from './mt940.fixture.ts'

test('an entry is a line with its days, sign, references and place', async () => {
  const { lines, format, statements } = await heldBy(
    mt940(
      ...MT940_HEAD,
      ':61:2603020301CR20,5NTRFOWNER-1//BANK-1',
      'supplement',
      ':86:Invoice 7',
      'second line',
      ':62F:C260302EUR120,50',
      ':64:C260302EUR120,50',
      ':86:to the owner',
      '-',
    ),
  )
  expect(format).toBe('MT940')
  expect(lines).toEqual([
    {
      account: '10020030/1234567',
      statementId: 'STARTUMSE',
      entry: 1,
      bookingDate: '2026-03-01',
      valueDate: '2026-03-02',
      amount: { minor: 2050n, currency: 'EUR' },
      status: 'BOOK',
      isReversal: false,
      references: expect.objectContaining({ entryReference: 'OWNER-1', accountServicerReference: 'BANK-1' }),
      remittance: ['Invoice 7', 'second line', 'supplement'],
      counterparty: { name: undefined, account: undefined, agent: undefined },
      charges: [],
      position: { line: 5 },
    },
  ])
  expect(statements).toMatchObject([
    {
      sequence: '00049/001',
      balances: {
        opening: { amount: { minor: 10000n, currency: 'EUR' }, date: '2026-03-01' },
        closing: { amount: { minor: 12050n, currency: 'EUR' }, date: '2026-03-02' },
      },
      position: { line: 1 },
    },
  ])
})

test.each([
  ['C', '101,00', 100n, false],
  ['D', '99,00', -100n, false],
  ['RC', '99,00', -100n, true],
  ['RD', '101,00', 100n, true],
  ['CR', '101,00', 100n, false],
  ['RDR', '101,00', 100n, true],
])('the mark %s gives the sign', async (mark, closing, minor, isReversal) => {
  const { lines } = await heldBy(withEntry(`:61:260302${mark}1,NTRFNONREF`, `:62F:C260302EUR${closing}`))
  expect(lines).toMatchObject([{ amount: { minor }, isReversal, references: { entryReference: undefined } }])
})

test.each([
  ['260102', '1231', '2025-12-31'],
  ['251231', '0102', '2026-01-02'],
  ['260302', '0302', '2026-03-02'],
  ['260302', '', '2026-03-02'],
  ['990302', '', '1999-03-02'],
])('the entry date of value date %s and %s is %s', async (value, entry, expected) => {
  const { lines } = await heldBy(withEntry(`:61:${value}${entry}C1,00NTRFX`))
  expect(lines[0]?.bookingDate).toBe(expected)
})

test.each([
  ['260230', '2026-02-28'],
  ['260229', '2026-02-28'],
  ['280230', '2028-02-29'],
  ['280229', '2028-02-29'],
  ['000230', '2000-02-29'],
])('the value date %s, by months of 30 days, is the last day of February', async (value, expected) => {
  expect((await heldBy(withEntry(`:61:${value}0301C1,00NTRFX`))).lines[0]?.valueDate).toBe(expected)
})

test.each([
  ['a type filled up with blanks', ':61:260302C1,00NOV NONREF'],
  ['a blank before the type', ':61:2603020302C1,00 NTRFNONREF'],
  ['blanks for the entry date', ':61:260302    C1,00NTRFNONREF'],
  ['an amount filled up with zeros', ':61:260302C0000000000000000001,00NTRFNONREF'],
  ['blanks behind it', ':61:260302C1,00NTRF   '],
  ['an amount without a comma', ':61:260302C1NTRFNONREF'],
  ['no type before its reference', ':61:2603020302C1,00//NONREF'],
  ['a dash before it', '-:61:2603020302C1,00NTRFNONREF'],
  ['a line before it that ends nothing', '-\r\n:61:2603020302C1,00NTRFNONREF'],
  ['a line behind it that ends nothing', ':61:2603020302C1,00NTRFNONREF\r\n-'],
])('an entry may have %s', async (_, entry) => {
  const { lines } = await heldBy(withEntry(entry, ':62F:C260302EUR0000000000000101,00 '))
  expect(lines).toMatchObject([
    { amount: { minor: 100n, currency: 'EUR' }, bookingDate: '2026-03-02', references: { entryReference: undefined } },
  ])
})

test('an amount may lack the zero before its comma', async () => {
  const { lines } = await heldBy(withEntry(':61:260302C,32NTRFX', ':62F:C260302EUR100,32'))
  expect(lines).toMatchObject([{ amount: { minor: 32n } }])
})

test('cents of a currency that has none may be zeros', async () => {
  const file = (amount: string) =>
    mt940(...MT940_HEAD.slice(0, 3), ':60F:C260301XOF5,0', `:61:260302C${amount}NTRFX`, ':62F:C260302XOF7,00')
  expect((await heldBy(file('2,00'))).lines).toMatchObject([{ amount: { minor: 2n, currency: 'XOF' } }])
  for (const amount of ['2,000', '2,01'])
    expect(await outcomeOf(file(amount))).toMatchObject({ code: 'AMOUNT_INVALID', position: { line: 5 } })
})

test.each([
  ['in its line', 'OWNER-1//BANK-1\r\nfee', ['fee']],
  ['in the next line', 'OWNER-1\r\n//BANK-1', []],
  ['in the next line, before the supplement', 'OWNER-1\r\n//BANK-1\r\nfee', ['fee']],
])('the reference of the bank may stand %s', async (_, references, remittance) => {
  const { lines } = await heldBy(withEntry(`:61:260302C1,00NTRF${references}`))
  expect(lines).toMatchObject([
    { references: { entryReference: 'OWNER-1', accountServicerReference: 'BANK-1' }, remittance },
  ])
})

test('without field 86, the supplement of the entry is what it is for', async () => {
  const { lines } = await heldBy(statementWith(':61:260302C1,00NCHGX', 'account fee', ':62F:C260302EUR101,00'))
  expect(lines[0]?.remittance).toEqual(['account fee'])
})

const IBAN = 'NL91ABNA0417164300'

test.each([
  ['for its reference, and the name behind it', `NOVB${IBAN}\r\nada b. king`, { name: 'ada b. king', account: IBAN }],
  ['in its second line', `NTRFEREF\r\n${IBAN}`, { name: undefined, account: IBAN }],
])('an entry may have the account at the other end %s', async (_, type, counterparty) => {
  const { lines } = await heldBy(withEntry(`:61:260302C1,00${type}`))
  expect(lines).toMatchObject([{ counterparty, remittance: [] }])
  const told = await heldBy(
    statementWith(`:61:260302C1,00${type}`, ':86:/NAME/Grace/REMI/May', ':62F:C260302EUR101,00'),
  )
  expect(told.lines).toMatchObject([{ counterparty: { name: 'Grace', account: IBAN }, remittance: ['May'] }])
})

test('a number that is no IBAN stays a reference', async () => {
  const { lines } = await heldBy(withEntry(':61:260302C1,00NTRFNL92ABNA0417164300'))
  expect(lines).toMatchObject([{ references: { entryReference: 'NL92ABNA0417164300' }, counterparty: {} }])
})

test('charges beside an entry are kept, and are what the account holder pays', async () => {
  const { lines } = await heldBy(
    statementWith(':61:260302C1,00NTRFX', '/OCMT/USD1,20/CHGS/EUR0,50/', ':62F:C260302EUR101,00'),
  )
  expect(lines[0]?.charges).toEqual([
    { amount: { minor: -50n, currency: 'EUR' }, isIncluded: undefined, type: undefined },
  ])
})
