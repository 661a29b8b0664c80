import { parseFileArguments, type ReadArguments, tenantOption } from '@carriergraph/shared/command/arguments.ts'
import { ok } from '@carriergraph/shared/outcome.ts'

/** What `pnpm topology:import` was told to do. */
export type ImportArguments = {
  readonly file: string
  readonly tenant: string
  /** The id of the one topology that is wanted; all of the file where it is undefined. */
  readonly only: string | undefined
}

export const USAGE = `Imports sites and links from a topology file.

  pnpm topology:import FILE [--only ID] [--tenant demo]

FILE is JSON: { "topologies": [{ "id", "name", "nodes": [{ "id", "name", "country", "lat", "lon" }],
"links": [{ "id", "a", "b", "km", "capacityMbps" }] }] }, or one topology alone. A faulty file is refused as a whole.
The same file may be imported again: it updates what is different and removes nothing. Exit code 0: all is well;
2: the file is faulty; 1: it failed.
`

const OPTIONS = {
  only: { type: 'string' },
  tenant: { type: 'string', default: 'demo' },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<ImportArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  return ok({ file, only: values.only, tenant: tenant.value })
}
