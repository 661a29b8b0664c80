import { parseFileArguments, type ReadArguments } from '@carriergraph/shared/command/arguments.ts'
import { ok } from '@carriergraph/shared/outcome.ts'

/** What `pnpm statement:check` was told to do. */
export type CheckArguments = {
  readonly file: string
  /** A JSON file that says how a CSV file is laid out. */
  readonly mapping: string | undefined
  readonly printsLines: boolean
}

export const USAGE = `Reads a bank statement as reconciliation does, and says what it holds or why it is refused.

  pnpm statement:check FILE [--mapping FILE] [--lines]

FILE is camt.053 or camt.054 (versions 001.02 to 001.14), MT940, or, with --mapping, CSV as that JSON file declares it (see
docs/operations.md). --lines prints each line as JSON. Nothing is stored. Exit code 0: it holds; 2: it is refused; 1: it
could not be read.
`

const OPTIONS = {
  mapping: { type: 'string' },
  lines: { type: 'boolean', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<CheckArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  return ok({ file, mapping: values.mapping, printsLines: values.lines })
}
