import { oneFile, parseArguments } from '@carriergraph/shared/command/arguments.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'

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
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): Outcome<CheckArguments | 'help', 'USAGE'> {
  const parsed = parseArguments(argv, OPTIONS)
  if (!parsed.ok) return parsed
  const { values, positionals } = parsed.value
  if (values.help) return ok('help')
  const file = oneFile(positionals)
  if (!file.ok) return file
  return ok({ file: file.value, mapping: values.mapping, printsLines: values.lines })
}
