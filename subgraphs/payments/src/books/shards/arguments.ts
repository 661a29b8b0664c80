import { parseArguments, type ReadArguments } from '@carriergraph/shared/command/arguments.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'

/** What `pnpm ledger:shards` was told to do. */
export type ShardsArguments = {
  /** Go on until the process is asked to stop. */
  readonly watch: boolean
}

export const USAGE = `Opens the ledger's shards and keeps their books: ends the transfers between them that a killed process left open,
releases what is held beyond its time, and seals what was decided.

  LEDGER_SHARDS='postgres://… postgres://…' pnpm ledger:shards [--watch]

LEDGER_SHARDS has the URL of each shard's database, in the order of their ranges of slots, with blanks between them. The
tables are made where there are none. A database that is not the shard that its place says is refused. With --watch it
goes on, every five seconds and with seals every ten, until SIGTERM; any number of processes may. Without, it does all of
it once, and waits five seconds for transfers that somebody may still be at. Seals and releases are told as lines of JSON.
Exit code 0: no transfer that was open when it began is open any more; 2: some wait until their payer's account is active
again; 1: it could not be done.
`

const OPTIONS = {
  watch: { type: 'boolean', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<ShardsArguments> {
  const parsed = parseArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { values, positionals } = parsed.value
  if (positionals.length > 0) return refuse('USAGE', `${positionals[0]}: nothing but options.`)
  return ok({ watch: values.watch })
}
