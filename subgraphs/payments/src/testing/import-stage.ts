import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import type postgres from 'postgres'
import { statementImport } from '../reconciliation/import/command/statement-import.ts'
import { createPaymentsTestDatabase, silent } from './payments-database.ts'

export const NOW = new Date('2026-03-03T06:00:00.000Z')

/** A database of payments, a folder for files, and the command that imports the one into the other. */
export type ImportStage = AsyncDisposable & {
  readonly url: string
  readonly database: Database
  file(name: string, content: string): Promise<string>
  /** Runs the command in this process, at NOW. */
  run(
    argv: readonly string[],
    options?: { isTTY?: boolean; signal?: AbortSignal; onWrite?: () => void },
  ): Promise<{ code: number; stdout: string; stderr: string }>
  /** Lines that reconciliation sees, and all that are stored. */
  lines(): Promise<{ seen: number; stored: number; imports: number; events: number }>
}

export async function setImportStage(): Promise<ImportStage> {
  const test = await createPaymentsTestDatabase()
  const database = openDatabase({ url: test.url, applicationName: 'import-test', log: silent })
  const folder = await mkdtemp(join(tmpdir(), 'statement-import-'))
  return {
    url: test.url,
    database,
    async file(name, content) {
      const path = join(folder, name)
      await writeFile(path, content)
      return path
    },
    async run(argv, { isTTY = false, signal, onWrite } = {}) {
      const [stdout, stderr] = [collector(), collector({ isTTY, onWrite })]
      const code = await statementImport(argv, {
        env: { DATABASE_URL_PAYMENTS: test.url },
        environmentFile: join(folder, 'environment.json'),
        stdout: stdout.output,
        stderr: stderr.output,
        clock: () => NOW,
        ...(signal !== undefined && { signal }),
      })
      return { code, stdout: stdout.text(), stderr: stderr.text() }
    },
    async lines() {
      const [row] = await database.sql.system<{ seen: number; stored: number; imports: number; events: number }[]>`
        select (select count(*)::int from bank_statement_line l join bank_statement s
            on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)) as seen,
          (select count(*)::int from bank_statement_line) as stored,
          (select count(*)::int from statement_import) as imports,
          (select count(*)::int from journal where type = 'statement_import.completed') as events`
      if (row === undefined) throw new Error('No row.')
      return { ...row }
    },
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 1 })
      await test.drop()
      await rm(folder, { recursive: true })
    },
  }
}

/** Lets a transaction of a test hold its locks until a process has started, however busy the machine is. */
export const holdForLong = (sql: postgres.TransactionSql<{ bigint: bigint }>) =>
  sql`select set_config('idle_in_transaction_session_timeout', '0', true), set_config('transaction_timeout', '0', true)`
