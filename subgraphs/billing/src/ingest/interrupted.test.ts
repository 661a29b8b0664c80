import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, type BillingDatabase, createBillingDatabase, NOW } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { CSV_HEADER } from './formats.ts'
import { usageIngest } from './usage-ingest.ts'

let billing: BillingDatabase
let folder: string
beforeAll(async () => {
  billing = await createBillingDatabase()
  await billing.open(ADA)
  folder = await mkdtemp(join(tmpdir(), 'ingest-'))
})
afterAll(async () => {
  await billing[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function run(
  args: string[],
  { onWrite = () => {}, signal }: { onWrite?: () => void; signal?: AbortSignal } = {},
) {
  let output = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      output += chunk
      onWrite()
      done()
    },
  })
  const surroundings = { env: { DATABASE_URL_BILLING: billing.url }, environmentFile: '', clock: () => NOW }
  const code = await usageIngest(args, {
    ...surroundings,
    stdout: stream,
    stderr: stream,
    ...(signal !== undefined && { signal }),
  })
  return { code, output }
}

const lines = (prefix: string, count: number) =>
  [
    CSV_HEADER,
    ...Array.from({ length: count }, (_, at) => `${prefix}-${at},${ADA},VOICE,60,2020-01-15T09:30:00Z`),
  ].join('\n')

test('an interrupted run ends behind the batch in hand, says what stays charged, and can be run again', async () => {
  const file = join(folder, 'calls.csv')
  await writeFile(file, lines('r', 30))
  const interruption = new AbortController()
  // The first line of progress comes when the first batch is charged.
  const first = await run([file, '--batch', '10'], {
    onWrite: () => interruption.abort(),
    signal: interruption.signal,
  })
  expect(first.code).toBe(1)
  expect(first.output).toContain('charged     10\n')
  expect(first.output).toContain('INTERRUPTED: The run was interrupted.\n')
  expect(first.output).toContain('What was charged stays charged: run the same command again for the rest.\n')
  expect((await run([file])).output).toMatch(/charged {5}20\nduplicates {2}10\n/)
  expect((await booksOf(billing.db, ADA)).records).toBe(30)
})
