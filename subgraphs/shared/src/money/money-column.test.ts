import { pgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { createTables } from '../testing/create-tables.ts'
import { createTestDatabase } from '../testing/database.ts'
import { MINOR_MAX, type Money, money } from './money.ts'
import { currencyColumn, minorColumn } from './money-column.ts'

const charges = pgTable('charge', { minor: minorColumn('amount_minor'), currency: currencyColumn() })

test('money keeps every digit on its way through a table, and is money again when it is selected', async () => {
  const database = await createTestDatabase({ name: 'money-column', migrate: (url) => createTables(url, { charges }) })
  const raw = postgres(database.url, { max: 1, types: { bigint: postgres.BigInt } })
  onTestFinished(async () => {
    await raw.end()
    await database.drop()
  })
  const db = drizzle(raw)
  const amounts = [money(9_007_199_254_740_993n, 'EUR'), money(MINOR_MAX, 'JPY'), money(-MINOR_MAX, 'BGN')]
  await db.insert(charges).values(amounts)
  const read = await db.select().from(charges)
  expect(read).toEqual(amounts)
  expectTypeOf(read).toExtend<Money[]>()
})
