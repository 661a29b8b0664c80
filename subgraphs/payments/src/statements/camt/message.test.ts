// Versions, statements and pages of a camt file, and how its XML may be written.

import { expect, test } from 'vitest'
import { bal, camt, camtDocument, camtStatement, heldBy, ntry } from '../statements.fixture.ts'

test.each(['02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14'])(
  'version 001.%s is read',
  async (version) => {
    for (const kind of ['053', '054'] as const) {
      const status = Number(version) < 8 ? 'BOOK' : '<Cd>BOOK</Cd>'
      const file = camt({ kind, version, closing: '101.00', entries: [ntry('1.00', { status })] })
      expect(await heldBy(file)).toMatchObject({ format: `camt.${kind}`, lineCount: 1 })
    }
  },
)

test('several statements in one file are told one by one, each with its lines', async () => {
  const file = camtDocument([
    camtStatement({ statement: 'A', closing: '101.00', entries: [ntry('1.00')] }),
    camtStatement({ statement: 'B', opening: '-5.00', closing: '-7.00', entries: [ntry('2.00', { sign: 'DBIT' })] }),
    camtStatement({ statement: 'C' }),
  ])
  const { statements, lines } = await heldBy(file)
  expect(lines.map(({ statementId, entry }) => [statementId, entry])).toEqual([
    ['A', 1],
    ['B', 1],
  ])
  expect(
    statements.map(({ statementId, balances }) => [
      statementId,
      balances?.opening.amount.minor,
      balances?.closing.amount.minor,
    ]),
  ).toEqual([
    ['A', 10000n, 10100n],
    ['B', -500n, -700n],
    ['C', 10000n, 10000n],
  ])
})

test('pages of a statement are told apart by the number that is in the head of their message', async () => {
  const page = (number: string, balances: string, version = '02') =>
    camt({ version, balances, entries: [ntry('1.00')] }).replace(
      '</GrpHdr>',
      `<MsgPgntn><PgNb>${number}</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>`,
    )
  const sequenceOf = async (file: string) => (await heldBy(file)).statements.map(({ sequence }) => sequence)
  expect(await sequenceOf(page('1', bal('OPBD', '100.00') + bal('ITBD', '101.00')))).toEqual(['7/1'])
  expect(await sequenceOf(page('2', bal('ITBD', '101.00') + bal('CLBD', '102.00')))).toEqual(['7/2'])
  // A whole statement is known by what it was known by before.
  expect(await sequenceOf(page('1', bal('OPBD', '100.00') + bal('CLBD', '101.00')))).toEqual(['7'])
})

test('prefixes and supplements in other namespaces change nothing', async () => {
  const file = camt({ closing: '101.00', entries: [ntry('1.00')] })
  const prefixed = file.replace('xmlns=', 'xmlns:c=').replaceAll(/<(\/?)(?=[A-Z])/g, '<$1c:')
  const supplement = '<SplmtryData xmlns="urn:other"><Ntry><Amt>1</Amt></Ntry></SplmtryData>'
  for (const variant of [prefixed, camt({ closing: '101.00', entries: [ntry('1.00'), supplement] })])
    expect(await heldBy(variant)).toMatchObject({ lineCount: 1 })
})

test.each([
  '<IBAN>DE89 3704 0044 0532 0130 00</IBAN>',
  '<IBAN>de89370400440532013000</IBAN>',
  '<Othr><Id>DE89 3704 0044 0532 0130 00</Id></Othr>',
])('the account %s is known by its IBAN, as in other formats', async (id) => {
  const file = camt({ closing: '101.00', entries: [ntry('1.00')] })
  const printed = file.replaceAll('<IBAN>DE89370400440532013000</IBAN>', id)
  expect(printed).not.toBe(file)
  const { statements, lines } = await heldBy(printed)
  expect([...statements, ...lines].map(({ account }) => account)).toEqual([
    'DE89370400440532013000',
    'DE89370400440532013000',
  ])
})
