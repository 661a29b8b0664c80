import { createHash, randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Output, Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { dayOf } from '@carriergraph/shared/day.ts'
import type { RefusedFile } from '../file/fault.ts'
import { type RateFile, readRates } from '../file/read-rates.ts'
import { type FxImportArguments, readArguments, USAGE } from './arguments.ts'
import { FxImportFault } from './fault.ts'
import { type ImportedRates, importRates } from './import-rates.ts'

export type FxImportSurroundings = Surroundings & { readonly clock: Clock }

/** The history of 1999 to 2026 has 1.9 MB. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024
const CLOSE_TIMEOUT_S = 5
const PAYMENTS = { service: 'payments', command: 'fx-import', table: 'fx_rate' } as const

/** `pnpm fx:import`: see USAGE. What was done goes to stdout, why a file is refused to stderr. */
export function fxImport(argv: readonly string[], surroundings: FxImportSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => run(options, surroundings) })
}

async function run(
  { file: path, tenant, takesCorrections, mayJump }: FxImportArguments,
  surroundings: FxImportSurroundings,
): Promise<ExitCode> {
  const { clock, stdout, stderr } = surroundings
  const bytes = await bytesOf(path)
  const file = readRates(textOf(path, bytes), dayOf(clock()), mayJump)
  if (!file.ok) return refuseFile(file, stderr)
  const database = await openServiceDatabase(PAYMENTS, surroundings)
  try {
    const digest = createHash('sha256').update(bytes).digest('hex')
    const provenance = { actor: 'svc:fx-import', correlationId: randomUUID(), now: clock() }
    const toImport = { file, digest, takesCorrections, mayJump }
    const imported = await importRates(database.forTenant(tenant), toImport, provenance)
    if (!imported.ok) return refuseFile(imported, stderr)
    stdout.write(reportText(file, imported))
    return 0
  } finally {
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

function refuseFile({ faults, more }: RefusedFile, stderr: Output): ExitCode {
  const lines = faults.map(
    ({ code, line, column, message }) => `${code} at line ${line}, column ${column}: ${message}\n`,
  )
  stderr.write(`Nothing was imported:\n${lines.join('')}${more === 0 ? '' : `and ${more} more\n`}`)
  return 2
}

function reportText({ rates, days }: RateFile, { added, corrected, unchanged }: ImportedRates): string {
  const span = `${days} days, ${rates[0]?.day} to ${rates.at(-1)?.day}`
  return `${span}\nrates: ${added} added, ${corrected} corrected, ${unchanged} unchanged\n`
}

async function bytesOf(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const { size } = await file.stat()
    if (size > FILE_BYTES_MAX)
      throw new FxImportFault('FILE_TOO_LARGE', `${path} has more than ${FILE_BYTES_MAX} bytes.`)
    return await file.readFile()
  } catch (error) {
    throw error instanceof FxImportFault ? error : unreadable(path, error)
  } finally {
    await file.close()
  }
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new FxImportFault('BAD_ENCODING', `${path} is not UTF-8.`, { cause: error })
  }
}

function unreadable(path: string, error: unknown): FxImportFault {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return new FxImportFault('FILE_UNREADABLE', `${path} cannot be read: ${reason}.`, { cause: error })
}
