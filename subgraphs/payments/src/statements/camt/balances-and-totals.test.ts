// What a camt file says of its entries as a whole is held against them.

import { expect, test } from 'vitest'
import { bal, camt, heldBy, ntry, outcomeOf } from '../statements.fixture.ts'
import { eur, summary } from './camt.fixture.ts'

test('pending entries are lines, and not in the booked balance', async () => {
  const entries = [ntry('5.00', { status: 'PDNG' }), ntry('1.00')]
  const { lines } = await heldBy(camt({ closing: '101.00', entries }))
  expect(lines.map(({ status }) => status)).toEqual(['PDNG', 'BOOK'])
  expect(await outcomeOf(camt({ closing: '106.00', entries }))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})

test('a closing balance that leaves out a booked entry is refused with what the entries come to', async () => {
  const entries = [ntry('5.00').replaceAll('<ValDt><Dt>2026-03-02', '<ValDt><Dt>2026-03-05'), ntry('1.00')]
  expect(await outcomeOf(camt({ closing: '101.00', entries }))).toMatchObject({
    code: 'BALANCE_MISMATCH',
    message: '100.00 and the booked ones of 2 entries give 106.00 EUR; the closing balance says 101.00.',
    position: { line: expect.any(Number), path: 'Document/BkToCstmrStmt/Stmt' },
  })
})

test.each<[string, string]>([
  ['opening and closing booked', bal('OPBD', '100.00') + bal('CLBD', '101.00')],
  ['the closing balance of the day before', bal('PRCD', '100.00') + bal('CLBD', '101.00')],
  ['available balances, where there are no others', bal('OPAV', '100.00') + bal('CLAV', '101.00')],
  [
    'booked ones beside available ones that have a credit line in them',
    bal('OPBD', '100.00') + bal('CLBD', '101.00') + bal('CLAV', '999.00') + bal('FWAV', '1.00'),
  ],
  ['the same balance twice', bal('OPBD', '100.00') + bal('OPBD', '100.00') + bal('CLBD', '101.00')],
  ['those of a first page', bal('OPBD', '100.00') + bal('ITBD', '101.00')],
  ['those of a first page after the day before', bal('PRCD', '100.00') + bal('ITBD', '101.00')],
  ['those of a page between', bal('ITBD', '100.00') + bal('ITBD', '101.00')],
  ['those of a last page', bal('ITBD', '100.00') + bal('CLBD', '101.00')],
  [
    'booked ones beside one of the day',
    bal('OPBD', '100.00') + bal('ITBD', '55.00') + bal('CLBD', '101.00') + bal('ITBD', '66.00'),
  ],
])('balances may be %s', async (_, balances) => {
  const { statements } = await heldBy(camt({ balances, entries: [ntry('1.00')] }))
  expect(statements).toMatchObject([
    { balances: { opening: { amount: eur(10000n) }, closing: { amount: eur(10100n) } } },
  ])
})

const twoEntries = [ntry('3.00'), ntry('1.00', { sign: 'DBIT' })]

test.each([
  '<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>4.00</Sum><TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>',
  '<TtlNtries><TtlNetNtryAmt>2.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries>',
  '<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>3</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>1</Sum></TtlDbtNtries>',
])('totals that hold are taken: %s', async (content) => {
  await heldBy(camt({ closing: '102.00', summary: summary(content), entries: twoEntries }))
})

test.each([
  '<TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries>',
  '<TtlNtries><Sum>4.01</Sum></TtlNtries>',
  '<TtlNtries><TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>',
  '<TtlCdtNtries><NbOfNtries>2</NbOfNtries></TtlCdtNtries>',
  '<TtlCdtNtries><Sum>3.01</Sum></TtlCdtNtries>',
  '<TtlDbtNtries><NbOfNtries>0</NbOfNtries></TtlDbtNtries>',
  '<TtlDbtNtries><Sum>0.99</Sum></TtlDbtNtries>',
])('totals that do not hold refuse the file: %s', async (content) => {
  const file = camt({ closing: '102.00', summary: summary(content), entries: twoEntries })
  expect(await outcomeOf(file)).toMatchObject({ ok: false, code: 'TOTALS_MISMATCH' })
})

test('a net total that takes a reversing credit for a debit is refused: the sign is CdtDbtInd’s alone', async () => {
  const net = (amount: string) =>
    summary(`<TtlNtries><TtlNetNtryAmt>${amount}</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries>`)
  const entries = [ntry('5.00'), ntry('1.00', { status: 'INFO', more: '<RvslInd>true</RvslInd>' })]
  expect((await heldBy(camt({ kind: '054', summary: net('6.00'), entries }))).lines).toHaveLength(2)
  expect(await outcomeOf(camt({ kind: '054', summary: net('4.00'), entries }))).toMatchObject({
    code: 'TOTALS_MISMATCH',
  })
})
