import { parseFileArguments, type ReadArguments, tenantOption } from '@carriergraph/shared/command/arguments.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'

/** What `pnpm fx:import` was told to do. */
export type FxImportArguments = {
  readonly file: string
  readonly tenant: string
  readonly takesCorrections: boolean
  readonly mayJump: readonly string[]
}

export const USAGE = `Imports the euro reference rates of the European Central Bank.

  pnpm fx:import FILE [--tenant demo] [--corrections] [--jumps CUR,CUR]

FILE is eurofxref-hist.csv or eurofxref.csv, as unpacked from what the ECB publishes. It is taken whole or not at all. The
same file, or a longer one, may be imported again: what is there already stays.

  --corrections  keeps a rate that differs from the stored one of its day as a later version; without it the file is refused
  --jumps        lets these currencies move by more than a factor of two in a day

Exit code 0: all is well; 2: the file is refused; 1: it failed, and nothing was stored.
`

const OPTIONS = {
  tenant: { type: 'string', default: 'demo' },
  corrections: { type: 'boolean', default: false },
  jumps: { type: 'string', default: '' },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<FxImportArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  const mayJump = values.jumps === '' ? [] : values.jumps.split(',')
  if (!mayJump.every((currency) => /^[A-Z]{3}$/.test(currency)))
    return refuse('USAGE', `--jumps ${values.jumps}: currencies with commas between, such as TRY,ARS.`)
  return ok({ file, tenant: tenant.value, takesCorrections: values.corrections, mayJump })
}
