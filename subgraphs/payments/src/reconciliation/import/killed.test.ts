import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { camt, ntry } from '../../statements/statements.fixture.ts'
import { holdForLong, setImportStage } from '../../testing/import-stage.ts'
import { IMPORT_BATCH } from './import-statement.ts'

const MAIN = fileURLToPath(new URL('command/main.ts', import.meta.url))
const LINES = 3 * IMPORT_BATCH
/** Far above what it takes, far below the test's own limit. */
const PATIENCE = { timeout: 60_000, interval: 20 }

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

test('killed at any step and run again, a file is stored once and whole, and half of it is never seen', async () => {
  await using stage = await setImportStage()
  const file = await stage.file(
    'many.xml',
    camt({ opening: '0.00', closing: '30.00', entries: Array(LINES).fill(ntry('0.01')) }),
  )
  const command = () =>
    spawn(process.execPath, [MAIN, file], { env: { ...process.env, DATABASE_URL_PAYMENTS: stage.url } })
  const stored = async () => (await stage.lines()).stored

  const isWaiting = async () =>
    (await stage.database.sql.system`select from pg_locks where relation is not null and not granted`).length > 0

  // Lines cannot be changed meanwhile: killed before it has stored any.
  await stage.database.sql.system.begin(async (sql) => {
    await holdForLong(sql)
    await sql`lock table bank_statement_line in share mode`
    const child = command()
    await vi.waitFor(async () => expect(await isWaiting()).toBe(true), PATIENCE)
    await killed(child)
  })
  expect(await stage.lines()).toMatchObject({ seen: 0, events: 0 })

  // The first line of progress comes behind the first batch: killed with some of them stored.
  const child = command()
  await once(child.stderr, 'data')
  await killed(child)

  // Accounts cannot be changed meanwhile: killed with all lines stored, before it is finished.
  await stage.database.sql.system.begin(async (sql) => {
    await holdForLong(sql)
    await sql`lock table reconciled_account in share mode`
    const child = command()
    await vi.waitFor(async () => expect(await stored()).toBe(LINES), PATIENCE)
    await killed(child)
  })
  expect(await stage.lines()).toMatchObject({ seen: 0, stored: LINES, events: 0 })

  // The lease of who was killed goes with its connection.
  await vi.waitFor(async () => {
    const child = command()
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  }, PATIENCE)
  expect(await stage.lines()).toEqual({ seen: LINES, stored: LINES, imports: 1, events: 1 })
})
