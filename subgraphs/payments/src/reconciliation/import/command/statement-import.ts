import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { Lease } from '@carriergraph/shared/db/lease.ts'
import { fileSource, readJson } from '../../../statements/check/files.ts'
import { refusalText } from '../../../statements/check/report.ts'
import { type ReadStatementOptions, readStatement, type StatementFile } from '../../../statements/read-statement.ts'
import { ImportFault } from '../fault.ts'
import { type Imported, importStatement } from '../import-statement.ts'
import { type ImportArguments, readArguments, USAGE } from './arguments.ts'
import { createProgress } from './progress.ts'

export type ImportSurroundings = Surroundings & {
  readonly clock: Clock
  /** Aborted when the import shall end, with nothing stored. */
  readonly signal?: AbortSignal
}

/** `pnpm statement:import`: see USAGE. What became of the file goes to stdout; progress, refusals and faults to stderr. */
export function statementImport(argv: readonly string[], surroundings: ImportSurroundings): Promise<ExitCode> {
  const { stderr } = surroundings
  const run = (options: ImportArguments) =>
    importFrom(options, surroundings).catch((error: unknown): ExitCode => {
      if (!(error instanceof ImportFault && REFUSALS.has(error.code))) throw error
      stderr.write(`${faultText(error)}\n`)
      return 2
    })
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run })
}

/** About what the file says, and not about the run. */
const REFUSALS: ReadonlySet<string> = new Set(['BOOKED_AHEAD', 'STATEMENT_CHANGED', 'STATEMENT_ID_NEEDED'])

async function importFrom(options: ImportArguments, surroundings: ImportSurroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const source = await fileSource(options.file)
  const file = await readStatement(source, await readOptions(options))
  if (!file.ok) {
    stderr.write(refusalText(file))
    return 2
  }
  stdout.write(importedText(file.value, await store(file.value, options, surroundings)))
  return 0
}

/** @throws ImportFault STATEMENT_ID_NEEDED: two CSV files without an id would be the same statement */
async function readOptions({ mapping, statementId }: ImportArguments): Promise<ReadStatementOptions> {
  if (mapping === undefined) return {}
  const declared = await readJson(mapping)
  if (typeof declared !== 'object' || declared === null) return { mapping: declared }
  if (statementId !== undefined) return { mapping: { ...declared, statementId } }
  if ('statementId' in declared) return { mapping: declared }
  throw new ImportFault(
    'STATEMENT_ID_NEEDED',
    'Say which statement it is: --statement-id, or statementId in the mapping.',
  )
}

async function store(
  file: StatementFile,
  { tenant }: ImportArguments,
  surroundings: ImportSurroundings,
): Promise<Imported> {
  const { stderr, clock, signal } = surroundings
  await using resources = new AsyncDisposableStack()
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  resources.defer(() => database.close({ timeout_s: CLOSE_TIMEOUT_S }))
  const lease = new Lease(database, `statement import of ${tenant}`)
  resources.defer(() => lease.release())
  if (!(await lease.acquire()))
    throw new ImportFault('IMPORT_RUNNING', `Another import for ${tenant} is running: try again when it has ended.`)
  const progress = createProgress(stderr, file.lines, clock)
  resources.defer(() => progress.stop())
  const provenance = { actor: 'svc:statement-import', correlationId: randomUUID(), now: clock() }
  return await importStatement(database.forTenant(tenant), file, {
    provenance,
    signal,
    onProgress: (lines) => progress.update(lines),
  })
}

function importedText(
  { format, digest, skippedRows }: StatementFile,
  { statements, knownStatements, lines }: Imported,
): string {
  const known = knownStatements === 0 ? '' : `, ${knownStatements} known and left alone`
  const rows = [
    ['format', format],
    ['sha256', digest],
    ['statements', `${statements} new${known}`],
    ['lines', lines],
    ...(skippedRows === undefined ? [] : [['skipped', skippedRows]]),
  ]
  return rows.map(([name, value]) => `${String(name).padEnd(12)}${value}\n`).join('')
}

const PAYMENTS = { service: 'payments', command: 'statement-import', table: 'statement_import' } as const

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
