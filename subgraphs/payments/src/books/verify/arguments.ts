import { parseArguments, type ReadArguments, tenantOption } from '@carriergraph/shared/command/arguments.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'

/** What `pnpm ledger:verify` was told to do. */
export type VerifyArguments = {
  /** Every tenant with books where it is undefined. */
  readonly tenant: string | undefined
  /** The file that remembers the end of each chain of seals, outside of the database. */
  readonly witness: string | undefined
}

export const USAGE = `Computes the books of payments anew from their entries, and names what does not agree.

  pnpm ledger:verify [--tenant NAME] [--witness FILE]

Entries sum to the balance of their account and to zero in each currency, sequences have no gap, what is held is what open
pending transfers hold, and the chain of seals over all transfers is intact. Payments may run meanwhile: each tenant's
books are looked at as they were at one moment.

--witness FILE holds the chain against the last seal that an earlier run has written to FILE, and writes the newest one of
sound books there. Who may write to the database could change a transfer and make all seals after it anew; not so the file.

Exit code 0: all books are sound; 2: some are not, and standard error says where; 1: it could not be looked at.
`

const OPTIONS = {
  tenant: { type: 'string' },
  witness: { type: 'string' },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<VerifyArguments> {
  const parsed = parseArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { values, positionals } = parsed.value
  if (positionals.length > 0) return refuse('USAGE', `${positionals[0]}: nothing but options.`)
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  if (values.witness === '') return refuse('USAGE', '--witness: the name of a file.')
  return ok({ tenant: tenant.value, witness: values.witness })
}
