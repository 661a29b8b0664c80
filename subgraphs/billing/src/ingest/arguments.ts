import { parseArguments } from '@carriergraph/shared/command/arguments.ts'
import { FORMATS, type Format } from '@carriergraph/shared/command/files/source.ts'
import { isTenantName } from '@carriergraph/shared/db/pools.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { USAGE_BATCH_MAX } from '../db/charge-usage.ts'

/** What `pnpm usage:ingest` was told to do. */
export type IngestArguments = {
  readonly file: string
  readonly tenant: string
  /** By the name of the file where it is undefined. */
  readonly format: Format | undefined
  readonly batchSize: number
  /** Where rejected lines are written, if anywhere. */
  readonly rejects: string | undefined
}

export const USAGE = `Charges the usage in a file of call detail records.

  pnpm usage:ingest FILE [--tenant demo] [--format csv|ndjson] [--batch 500] [--rejects FILE]

FILE is .csv with the header record_id,msisdn,usage_type,quantity,started_at, or .ndjson (.jsonl) with the keys
recordId, msisdn, usageType, quantity, startedAt; either may be packed as .gz. A record is charged once for ever, by its
id: the same file may be sent again. Exit code 0: all is well; 2: lines were rejected; 1: it failed.
`

const OPTIONS = {
  tenant: { type: 'string', default: 'demo' },
  format: { type: 'string' },
  batch: { type: 'string', default: '500' },
  rejects: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): Outcome<IngestArguments | 'help', 'USAGE'> {
  const parsed = parseArguments(argv, OPTIONS)
  if (!parsed.ok) return parsed
  const { values, positionals } = parsed.value
  const { tenant, batch, rejects } = values
  if (values.help) return ok('help')
  const [file] = positionals
  if (file === undefined || positionals.length > 1) return refuse('USAGE', 'Name one file.')
  if (!isTenantName(tenant)) return refuse('USAGE', `--tenant ${tenant}: not the name of a tenant.`)
  const format = FORMATS.find((known) => known === values.format)
  if (values.format !== undefined && format === undefined)
    return refuse('USAGE', `--format ${values.format}: known are ${FORMATS.join(' and ')}.`)
  const batchSize = /^\d{1,6}$/.test(batch) ? Number(batch) : 0
  if (batchSize < 1 || batchSize > USAGE_BATCH_MAX)
    return refuse('USAGE', `--batch ${batch}: a number from 1 to ${USAGE_BATCH_MAX}.`)
  return ok({ file, tenant, format, batchSize, rejects })
}
