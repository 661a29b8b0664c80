// Balances that a mapping declares, and those along the records, are held against the records.

import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { csv, mapping, oneRecord } from './csv.fixture.ts'

const along = (...records: readonly string[]) =>
  csv('date,amount,balance', ...records.map((record) => `2026-03-02,${record}`))

test.each([
  ['OLDEST_FIRST', along('1.00,11.00', '-3.00,8.00', '2.00,10.00')],
  ['NEWEST_FIRST', along('2.00,10.00', '-3.00,8.00', '1.00,11.00')],
])('the balance along the records is checked: %s', async (order, file) => {
  const options = { mapping: mapping({ order }, { balance: 'balance' }) }
  const { statements } = await heldBy(file, options)
  expect(statements).toMatchObject([
    { balances: { opening: { amount: { minor: 1000n } }, closing: { amount: { minor: 1000n } } } },
  ])
  expect(await outcomeOf(file.replace('8.00', '8.01'), options)).toMatchObject({
    code: 'BALANCE_MISMATCH',
    position: { line: 3, path: 'balance' },
  })
})

test('declared balances are held against the sum', async () => {
  const options = (closingBalance: string) => ({ mapping: mapping({ openingBalance: '-5.00', closingBalance }) })
  expect(await heldBy(oneRecord, options('-4'))).toMatchObject({ lineCount: 1 })
  expect(await outcomeOf(oneRecord, options('-4.01'))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})

test('declared balances are held against those along the records as well', async () => {
  const file = along('1.00,11.00', '2.00,13.00')
  const options = (openingBalance: string, closingBalance: string) => ({
    mapping: mapping({ order: 'OLDEST_FIRST', openingBalance, closingBalance }, { balance: 'balance' }),
  })
  expect(await heldBy(file, options('10.00', '13.00'))).toMatchObject({ lineCount: 2 })
  expect(await outcomeOf(file, options('9.00', '12.00'))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})
