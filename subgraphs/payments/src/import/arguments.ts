import {
  batchOption,
  formatOption,
  parseFileArguments,
  type ReadArguments,
} from '@carriergraph/shared/command/arguments.ts'
import type { Format } from '@carriergraph/shared/command/files/source.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'

/** What `pnpm payments:import` was told to do. */
export type ImportArguments = {
  readonly file: string
  readonly url: URL
  /** By the name of the file where it is undefined. */
  readonly format: Format | undefined
  readonly batchSize: number
  /** Where rejected lines are written, if anywhere. */
  readonly rejects: string | undefined
}

/** As many as createPayments takes in one call. */
const BATCH_MAX = 1_000

export const USAGE = `Pays what stands in a file, each line once, through the graph.

  CARRIERGRAPH_TOKEN=… pnpm payments:import FILE [--url http://127.0.0.1:4000/graphql] [--format csv|ndjson]
                                                 [--batch 200] [--rejects FILE]

FILE is .csv with the header idempotency_key,type,source_account_id,billing_account_id,destination_account_id,amount,
currency,capture (the last may be empty, and those that the type does not need), or .ndjson (.jsonl) with an input of
createPayment on each line; either may be packed as .gz. Each line is paid once for ever, by its key: the same file may be sent
again, and goes on where it was interrupted. A call has --batch lines, or fewer that make a megabyte. Exit code 0: each line was
taken; 2: lines were rejected or failed; 1: it did not come to the end.
`

const OPTIONS = {
  url: { type: 'string', default: 'http://127.0.0.1:4000/graphql' },
  format: { type: 'string' },
  batch: { type: 'string', default: '200' },
  rejects: { type: 'string' },
} as const

/** Reads the command line; 'help' where that is asked for, or a sentence about what is wrong with it. */
export function readArguments(argv: readonly string[]): ReadArguments<ImportArguments> {
  const parsed = parseFileArguments(argv, OPTIONS)
  if (!parsed.ok || parsed.value === 'help') return parsed
  const { file, values } = parsed.value
  const url = URL.parse(values.url)
  if (url === null || !/^https?:$/.test(url.protocol)) return refuse('USAGE', `--url ${values.url}: no HTTP address.`)
  const format = formatOption(values.format)
  if (!format.ok) return format
  const batchSize = batchOption(values.batch, BATCH_MAX)
  if (!batchSize.ok) return batchSize
  return ok({ file, url, format: format.value, batchSize: batchSize.value, rejects: values.rejects })
}
