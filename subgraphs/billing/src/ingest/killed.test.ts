import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ADA, BRUNO, createBillingDatabase } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { CSV_HEADER } from './formats.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const RECORDS = 3_000

const command = (url: string, path: string) =>
  spawn(process.execPath, [MAIN, path, '--batch', '10'], { env: { ...process.env, DATABASE_URL_BILLING: url } })

test('killed half-way and run again, it charges each record exactly once', async () => {
  await using billing = await createBillingDatabase()
  await billing.open(ADA)
  await billing.open(BRUNO)
  const folder = await mkdtemp(join(tmpdir(), 'billing-killed-'))
  const path = join(folder, 'calls.csv')
  const lines = Array.from(
    { length: RECORDS },
    (_, at) => `r-${at},${at % 2 ? ADA : BRUNO},VOICE,60,2020-01-15T09:30:00Z`,
  )
  await writeFile(path, [CSV_HEADER, ...lines].join('\n'))

  const killed = command(billing.url, path)
  // The first line of progress: the first batch of three hundred is charged.
  await once(killed.stderr, 'data')
  killed.kill('SIGKILL')
  const [, signal] = await once(killed, 'exit')
  expect(signal).toBe('SIGKILL')
  const half = (await booksOf(billing.db, ADA)).records
  expect(half).toBeGreaterThan(0)
  expect(half).toBeLessThan(RECORDS / 2)

  const again = command(billing.url, path)
  const [code] = await once(again, 'exit')
  expect(code).toBe(0)
  for (const msisdn of [ADA, BRUNO])
    expect(await booksOf(billing.db, msisdn)).toMatchObject({
      records: RECORDS / 2,
      charged: BigInt(RECORDS / 2) * 10n,
      balance: 1_000n - BigInt(RECORDS / 2) * 10n,
      entrySum: 1_000n - BigInt(RECORDS / 2) * 10n,
      isGapless: true,
    })
  await rm(folder, { recursive: true })
})
