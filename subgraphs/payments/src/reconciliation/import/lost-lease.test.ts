import { expect, test, vi } from 'vitest'
import { fileSource } from '../../statements/check/files.ts'
import { readStatement, type StatementFile } from '../../statements/read-statement.ts'
import { camt, ntry } from '../../statements/statements.fixture.ts'
import { holdForLong, NOW, setImportStage } from '../../testing/import-stage.ts'
import { discardUnfinishedImports } from '../db/statement-imports.ts'
import { IMPORT_BATCH, importStatement } from './import-statement.ts'

const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now: NOW }
const PATIENCE = { timeout: 60_000, interval: 20 }

test('an import that lost its lease, and whose lines another one removes, is not seen without them', async () => {
  await using stage = await setImportStage()
  const db = stage.database.forTenant('demo')
  const path = await stage.file(
    'many.xml',
    camt({ opening: '0.00', closing: '10.00', entries: Array(IMPORT_BATCH).fill(ntry('0.01')) }),
  )
  const read = await readStatement(await fileSource(path))
  if (!read.ok) throw new Error(read.message)
  const released = Promise.withResolvers<void>()
  let other: Promise<unknown> = Promise.resolve()
  /** The other has removed the lines, and is kept from removing the import. */
  const removal = () =>
    new Promise<void>((reached, failed) => {
      other = stage.database.sql.system
        .begin(async (sql) => {
          await holdForLong(sql)
          await sql`select 1 from statement_import for key share`
          const discarded = discardUnfinishedImports(db).catch(() => undefined)
          await vi.waitFor(async () => expect(await stage.lines()).toMatchObject({ stored: 0 }), PATIENCE)
          reached()
          await released.promise
          return { discarded }
        })
        .then(({ discarded }) => discarded)
      other.catch(failed)
    })
  const file: StatementFile = {
    ...read.value,
    async *read() {
      yield* read.value.read()
      await removal()
    },
  }
  await expect(importStatement(db, file, { provenance })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  released.resolve()
  await other
  expect(await stage.lines()).toMatchObject({ seen: 0, stored: 0, events: 0 })
  expect(await importStatement(db, read.value, { provenance })).toMatchObject({ lines: IMPORT_BATCH })
  expect(await stage.lines()).toEqual({ seen: IMPORT_BATCH, stored: IMPORT_BATCH, imports: 1, events: 1 })
})
