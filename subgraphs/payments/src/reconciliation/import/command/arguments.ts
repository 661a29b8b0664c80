import { parseFileArguments, type ReadArguments, tenantOption } from '@carriergraph/shared/command/arguments.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'

/** What `pnpm statement:import` was told to do. */
export type ImportArguments = {
  readonly file: string
  readonly tenant: string
  /** A JSON file that says how a CSV file is laid out. */
  readonly mapping: string | undefined
  /** Which statement a CSV file is; of the mapping where it is undefined. */
  readonly statementId: string | undefined
}

export const USAGE = `Stores the lines of a bank statement, for reconciliation.

  pnpm statement:import FILE [--tenant demo] [--mapping FILE [--statement-id ID]]

FILE is camt.053 or camt.054 (versions 001.02 to 001.14), MT940, or, with --mapping, CSV as that JSON file declares it (see
docs/operations.md); a CSV file needs an id of its own, by --statement-id or in the mapping. A file is stored whole or not
at all, and once: the same file, or a statement of it that is there already, is left alone. Exit code 0: its lines are
there; 2: it is refused; 1: it failed, and nothing of it is stored.
`

const OPTIONS = {
  tenant: { type: 'string', default: 'demo' },
  mapping: { type: 'string' },
  'statement-id': { type: 'string' },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<ImportArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const { mapping, 'statement-id': statementId } = values
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  if (statementId !== undefined && mapping === undefined)
    return refuse('USAGE', '--statement-id is for CSV, which needs --mapping.')
  return ok({ file, tenant: tenant.value, mapping, statementId })
}
