import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { openSource } from '@carriergraph/shared/command/files/source.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { readArguments, type SanctionsImportArguments, USAGE } from './arguments.ts'
import { SanctionsFileFault } from './fault.ts'
import { type ImportedList, importSanctionsList } from './import-list.ts'
import { createProgress } from './progress.ts'

export type SanctionsImportSurroundings = Surroundings & { readonly clock: Clock }

const CLOSE_TIMEOUT_S = 5
const RISK = { service: 'risk', command: 'sanctions-import', table: 'sanctions_list' } as const

/** `pnpm sanctions:import`: see USAGE. What was done goes to stdout, progress and faults to stderr. */
export function sanctionsImport(argv: readonly string[], surroundings: SanctionsImportSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => run(options, surroundings) })
}

async function run(options: SanctionsImportArguments, surroundings: SanctionsImportSurroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  try {
    stdout.write(reportText(await importFrom(options, surroundings)))
    return 0
  } catch (error) {
    if (!(error instanceof SanctionsFileFault)) throw error
    stderr.write(`Nothing was imported:\n${error.message}\n`)
    return 2
  }
}

async function importFrom(
  { file, tenant, mayShrink }: SanctionsImportArguments,
  surroundings: SanctionsImportSurroundings,
) {
  const { clock, stderr } = surroundings
  const source = await openSource(file, 'ndjson')
  try {
    const database = await openServiceDatabase(RISK, surroundings)
    const progress = createProgress(stderr, source, clock)
    try {
      const provenance = { actor: 'svc:sanctions-import', correlationId: randomUUID(), now: clock() }
      return await importSanctionsList(database.forTenant(tenant), source.content(), provenance, {
        progress: progress.update,
        mayShrink,
      })
    } finally {
      progress.stop()
      await database.close({ timeout_s: CLOSE_TIMEOUT_S })
    }
  } finally {
    await source.close()
  }
}

function reportText({ list, isNew }: ImportedList): string {
  const { version, entryCount, nameCount, digest } = list
  const counts = `version ${version}: ${entryCount} entries, ${nameCount} names, sha256 ${digest}`
  return isNew ? `${counts}\n` : `${counts}, in force already\n`
}
