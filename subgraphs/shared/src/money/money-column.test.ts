import { pgTable } from 'drizzle-orm/pg-core'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { databaseWith } from '../db/tables-for-tests.ts'
import { MINOR_MAX, type Money, money } from './money.ts'
import { currencyColumn, minorColumn } from './money-column.ts'

const charges = pgTable('charge', { minor: minorColumn('amount_minor'), currency: currencyColumn() })

test('money keeps every digit on its way through a table, and is money again when it is selected', async () => {
  const opened = await databaseWith('money-column', { charges })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  const db = opened.database.forTenant('north')
  const amounts = [money(9_007_199_254_740_993n, 'EUR'), money(MINOR_MAX, 'JPY'), money(-MINOR_MAX, 'BGN')]
  await db.insert(charges).values(amounts)
  const read = await db.select().from(charges)
  expect(read).toEqual(amounts)
  expectTypeOf(read).toExtend<Money[]>()
})
