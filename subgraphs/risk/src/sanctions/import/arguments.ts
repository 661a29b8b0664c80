import { parseFileArguments, type ReadArguments, tenantOption } from '@carriergraph/shared/command/arguments.ts'
import { ok } from '@carriergraph/shared/outcome.ts'

/** What `pnpm sanctions:import` was told to do. */
export type SanctionsImportArguments = {
  readonly file: string
  readonly tenant: string
  /** Whether the list may have less than half of the entries of the one in force. */
  readonly mayShrink: boolean
}

export const USAGE = `Imports a sanctions list, which replaces the one before.

  pnpm sanctions:import FILE [--tenant demo] [--smaller]

FILE is a .jsonl file, packed as .gz or not, with an entry a line:
{"id":"36","name":"AEROCARIBBEAN AIRLINES","type":"entity","program":"CUBA","remarks":"","aka":["AERO-CARIBBEAN"]}
It is taken whole or not at all. The list that is in force already is not imported again.
One of less than half of its entries is taken for a file that was cut off; with --smaller it is imported.

Exit code 0: all is well; 2: the file is refused; 1: it failed, and nothing was stored.
`

const OPTIONS = {
  tenant: { type: 'string', default: 'demo' },
  smaller: { type: 'boolean', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<SanctionsImportArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  return ok({ file, tenant: tenant.value, mayShrink: values.smaller })
}
