import {
  batchOption,
  formatOption,
  parseFileArguments,
  type ReadArguments,
  tenantOption,
} from '@carriergraph/shared/command/arguments.ts'
import type { Format } from '@carriergraph/shared/command/files/source.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
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
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<IngestArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const tenant = tenantOption(values.tenant)
  if (!tenant.ok) return tenant
  const format = formatOption(values.format)
  if (!format.ok) return format
  const batchSize = batchOption(values.batch, USAGE_BATCH_MAX)
  if (!batchSize.ok) return batchSize
  return ok({
    file,
    tenant: tenant.value,
    format: format.value,
    batchSize: batchSize.value,
    rejects: values.rejects,
  })
}
