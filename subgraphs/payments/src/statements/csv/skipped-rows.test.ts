// Rows that are no movements, as those of an opening balance, of a turnover, and of what is pending: a mapping leaves them out.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { csv, mapping } from './csv.fixture.ts'

const skipping = (values: readonly string[], change: object = {}, columns: object = {}) => ({
  mapping: mapping({ skipRows: { column: 'kind', values }, ...change }, columns),
})

const file = csv(
  'kind,date,amount,text',
  '10,2026-03-01,"1 000,00",Opening balance',
  '20,2026-03-02,-12.50,Rent',
  ' 10 ,,,',
  '20,2026-03-03,7.00,10',
  '82,2026-03-03,-12.50,Turnover',
)

test('rows with a value that the mapping names are left out and counted, whatever else is in them', async () => {
  const held = await heldBy(file, skipping(['10', ' 82 ']))
  expect(held.skippedRows).toBe(3)
  expect(held.lines.map(({ entry, amount, position }) => [entry, amount.minor, position.line])).toEqual([
    [1, -1250n, 3],
    [2, 700n, 5],
  ])
  expect(held.statements).toMatchObject([{ entries: 2, lines: 2, position: { line: 3 } }])
})

test('a column is one by its number as well, and may be one that is read', async () => {
  const table = csv('PENDING,2026-03-02,1.00', 'DBIT,2026-03-02,2.00')
  const columns = { creditDebit: 1, bookingDate: 2, amount: 3 }
  const options = { mapping: mapping({ hasHeader: false, skipRows: { column: 1, values: ['PENDING'] }, columns }) }
  const { lines, skippedRows } = await heldBy(table, options)
  expect([skippedRows, ...lines.map(({ amount }) => amount.minor)]).toEqual([1, -200n])
})

test('a value is that of the whole cell, and an empty one is that of an empty cell', async () => {
  const table = csv(
    'date,amount,kind',
    ...['Pending', 'pending', 'Pendings', ''].map((kind) => `2026-03-02,1.00,${kind}`),
  )
  for (const value of ['Pending', 'pending', ''])
    expect(await heldBy(table, skipping([value]))).toMatchObject({ skippedRows: 1 })
  expect(await heldBy(table, skipping(['pend', 'Pending,']))).toMatchObject({ skippedRows: 0, lineCount: 4 })
  expect(await heldBy(table, { mapping: mapping() })).toMatchObject({ skippedRows: undefined, lineCount: 4 })
})

test('balances follow from one row to the next that is not left out', async () => {
  const table = csv(
    'date,amount,balance,kind',
    '2026-03-01,,10.00,open',
    '2026-03-02,1.00,11.00,booked',
    '2026-03-02,5.00,,pending',
    '2026-03-03,-3.00,8.00,booked',
  )
  const options = (...values: string[]) => skipping(values, {}, { balance: 'balance' })
  const { statements } = await heldBy(table, options('open', 'pending'))
  expect(statements).toMatchObject([
    { balances: { opening: { amount: { minor: 1000n } }, closing: { amount: { minor: 800n } } } },
  ])
  // What has moved the balance was a movement.
  const moved = table.replace('5.00,,', '5.00,16.00,').replace('8.00', '13.00')
  expect(await heldBy(moved, options('open'))).toMatchObject({ lineCount: 3 })
  expect(await outcomeOf(moved, options('open', 'pending'))).toMatchObject({
    code: 'BALANCE_MISMATCH',
    position: { line: 5, path: 'balance' },
  })
})

test('a file of nothing else has no statement', async () => {
  expect(await outcomeOf(file, skipping(['10', '20', '82']))).toMatchObject({ code: 'EMPTY_FILE' })
})

test('a row that is left out has as many columns as the others', async () => {
  expect(await outcomeOf(`${file}10,2026-03-04\n`, skipping(['10', '82']))).toMatchObject({ code: 'COLUMN_COUNT' })
})

test('each row is a line or is left out, whichever values are named', async () => {
  const kind = fc.constantFrom('', '10', '20', '82', 'Pending')
  const rows = fc.array(fc.record({ kind, cents: fc.integer({ min: 10, max: 99 }) }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(rows, fc.uniqueArray(kind, { minLength: 1 }), async (rows, values) => {
      const table = csv('date,amount,kind', ...rows.map(({ kind, cents }) => `2026-03-02,0.${cents},${kind}`))
      const kept = rows.filter(({ kind }) => !values.includes(kind))
      const outcome = await outcomeOf(table, skipping(values))
      expect(outcome.ok || outcome.code).toBe(kept.length > 0 || 'EMPTY_FILE')
      if (!outcome.ok) return
      expect(outcome.lines.map(({ amount, entry }) => [entry, amount.minor])).toEqual(
        kept.map(({ cents }, at) => [at + 1, BigInt(cents)]),
      )
      expect(outcome.skippedRows).toBe(rows.length - kept.length)
    }),
    { numRuns: 50 },
  )
})
