// Where records begin and end, and in which encoding.

import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { csv, mapping } from './csv.fixture.ts'

test.each(['\n', '\r\n', '\r', '\r\r\n', '\n\r'])(
  'each record ends with its line, whatever ends lines: %j',
  async (end) => {
    const file = ['2026-03-02,1.00,"a"', '2026-03-03,2.00,b', '2026-03-04,4.00,"c\r\nd"', ''].join(end)
    const change = mapping({ hasHeader: false, columns: { bookingDate: 1, amount: 2, remittance: 3 } })
    for (const chunkSize of [1, 2, 3, 1_000]) {
      const { lines } = await heldBy(file, { mapping: change }, chunkSize)
      expect(lines.map(({ amount, remittance }) => [amount.minor, ...remittance])).toEqual([
        [100n, 'a'],
        [200n, 'b'],
        [400n, 'c\r\nd'],
      ])
    }
  },
)

test('a record of nothing but empty values is skipped where it has the columns of the others', async () => {
  const file = csv('date,amount,text', '2026-03-02,1.00,', ',,', ' ,"", ', '2026-03-03,2.00,b', ',,')
  const { lines } = await heldBy(file, { mapping: mapping() })
  expect(lines.map(({ amount, position }) => [amount.minor, position.line])).toEqual([
    [100n, 2],
    [200n, 5],
  ])
  expect(await outcomeOf(csv('date,amount,text', '2026-03-02,1.00,', ','), { mapping: mapping() })).toMatchObject({
    code: 'COLUMN_COUNT',
    position: { line: 3 },
  })
})

test('what stands behind the table is skipped where it is declared, and a record that is torn never', async () => {
  const table = ['date,amount,text', '2026-03-02,1.00,a', '2026-03-03,2.00,b']
  const behind = ['', 'Balance on 2026-03-03,3.00', 'Disclaimer:', 'no, warranty, of, any, kind']
  const change = mapping({ footer: 'Balance on ' })
  expect(await heldBy(csv(...table, ...behind), { mapping: change })).toMatchObject({ lineCount: 2 })
  expect(await heldBy(csv(...table), { mapping: change })).toMatchObject({ lineCount: 2 })
  const long = csv(...table, ...behind, ...Array<string>(2_000).fill('no warranty of any kind whatsoever'))
  expect((await heldBy(long, { mapping: change })).digest).toBe(hash('sha256', long))
  expect(await outcomeOf(csv(...table, ...behind, ...table), { mapping: change })).toMatchObject({
    code: 'COLUMN_COUNT',
    position: { line: 8 },
  })
  const likeIt = mapping({ footer: '2026-03-03' })
  expect(await heldBy(csv(...table), { mapping: likeIt })).toMatchObject({ lineCount: 2 })
  for (const torn of ['2026-03-04,4.00', '2026-03-04,4.00,c,d', 'Balance,3.00'])
    expect(await outcomeOf(csv(...table, torn, ...behind), { mapping: change })).toMatchObject({
      code: 'COLUMN_COUNT',
      position: { line: 4 },
    })
  expect(await outcomeOf(csv(...table, ...behind), { mapping: mapping() })).toMatchObject({ code: 'COLUMN_COUNT' })
})

test('Latin-1 is read where it is declared, and refused with its line where it is not', async () => {
  const file = Buffer.from(csv('date,amount,text', '2026-03-02,1.00,Müller'), 'latin1')
  const change = mapping({ encoding: 'latin1' }, { remittance: 'text' })
  expect((await heldBy(file, { mapping: change })).lines[0]?.remittance).toEqual(['Müller'])
  expect(await outcomeOf(file, { mapping: mapping() })).toMatchObject({
    code: 'ENCODING_INVALID',
    position: { line: 2 },
  })
})

test('the encoding of Windows is read, quotes and the euro sign included', async () => {
  const file = Buffer.concat([
    Buffer.from('date,amount,text\n2026-03-02,1.00,'),
    Buffer.from([0x80, 0x20, 0x84, 0xfc, 0x93]),
  ])
  const { lines } = await heldBy(file, { mapping: mapping({ encoding: 'windows-1252' }, { remittance: 'text' }) })
  expect(lines).toMatchObject([{ remittance: ['€ „ü“'] }])
})

test.each([
  ['windows-1250', [0xc8, 0x9d, 0xb3], 'Čťł'],
  ['iso-8859-2', [0xc8, 0xbb, 0xb3], 'Čťł'],
  ['windows-1257', [0xd0, 0xed, 0xa4], 'Šķ¤'],
  ['iso-8859-15', [0xc8, 0xa4], 'È€'],
])('names of banks in %s are read where it is declared', async (encoding, bytes, name) => {
  const file = Buffer.concat([Buffer.from('date,amount,name\n2026-03-02,1.00,'), Buffer.from(bytes)])
  const { lines } = await heldBy(file, { mapping: mapping({ encoding }, { counterpartyName: 'name' }) })
  expect(lines).toMatchObject([{ counterparty: { name } }])
})
