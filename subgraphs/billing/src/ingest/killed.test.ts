import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { billingAccounts } from '../db/tables/billing-accounts.ts'
import { ADA, BRUNO, createBillingDatabase } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { CSV_HEADER } from './formats.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const RECORDS = 300

const command = (url: string, path: string) =>
  spawn(process.execPath, [MAIN, path, '--batch', '10'], { env: { ...process.env, DATABASE_URL_BILLING: url } })

test('killed half-way and run again, it charges each record exactly once', async () => {
  await using billing = await createBillingDatabase()
  const { id } = await billing.open(BRUNO)
  await billing.open(ADA)
  const folder = await mkdtemp(join(tmpdir(), 'billing-killed-'))
  const path = join(folder, 'calls.csv')
  const lines = Array.from(
    { length: RECORDS },
    (_, at) => `r-${at},${at < 10 || at % 2 ? ADA : BRUNO},VOICE,60,2020-01-15T09:30:00Z`,
  )
  await writeFile(path, [CSV_HEADER, ...lines].join('\n'))

  // With Bruno's account locked, the first batch is charged and the second is caught in mid-transaction.
  await inTransaction(billing.db, async (tx) => {
    await tx.select().from(billingAccounts).where(eq(billingAccounts.id, id)).for('update')
    const killed = command(billing.url, path)
    // The first line of progress.
    await once(killed.stderr, 'data')
    killed.kill('SIGKILL')
    const [, signal] = await once(killed, 'exit')
    expect(signal).toBe('SIGKILL')
  })
  expect((await booksOf(billing.db, ADA)).records).toBe(10)

  const again = command(billing.url, path)
  const [code] = await once(again, 'exit')
  expect(code).toBe(0)
  const [ada, bruno] = [RECORDS / 2 + 5, RECORDS / 2 - 5]
  for (const [msisdn, records] of [
    [ADA, ada],
    [BRUNO, bruno],
  ] as const)
    expect(await booksOf(billing.db, msisdn)).toMatchObject({
      records,
      charged: BigInt(records) * 10n,
      balance: 1_000n - BigInt(records) * 10n,
      entrySum: 1_000n - BigInt(records) * 10n,
      isGapless: true,
    })
  await rm(folder, { recursive: true })
})
