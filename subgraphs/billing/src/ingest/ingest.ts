import type { Format, LineSource } from '@carriergraph/shared/command/files/source.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { ChargeResult } from '../db/charge-usage.ts'
import type { Usage } from '../domain/usage.ts'
import { type FaultyLine, type RecordLine, readCdrLines } from './cdr-lines.ts'
import { fieldName } from './formats.ts'

/** What has become of a file so far. */
export type IngestSummary = {
  /** Lines that are neither header nor blank: each is charged, a duplicate or rejected. */
  lines: number
  charged: number
  /** Charged before, by this file or another one, and left alone. */
  duplicates: number
  rejected: number
  /** What was charged now, in minor units. */
  readonly amounts: Map<CurrencyCode, bigint>
}

export const emptySummary = (): IngestSummary => ({
  lines: 0,
  charged: 0,
  duplicates: 0,
  rejected: 0,
  amounts: new Map(),
})

export type IngestOptions = {
  /** Lines of one transaction. */
  readonly batchSize: number
  /** Charges a batch as a whole or throws; one result for each record. */
  readonly charge: (batch: readonly Usage[]) => Promise<readonly ChargeResult[]>
  readonly clock: () => Date
  /** Called after each batch, when it is charged for good, with its rejected lines in their order and where it ends in the content. */
  readonly onBatch: (rejected: readonly FaultyLine[], contentBytes: number) => Promise<void>
}

/**
 * Charges a CDR file in batches, each in a transaction of its own, and counts in `summary`. Where it ends before the
 * file does, killed or by a throw, the batches so far stay charged; running it again charges the rest, because records
 * are known by their ids. Memory is bounded by one chunk of the file and one batch.
 * @throws FileFault, or what `charge` throws
 */
export async function ingestCdrs(source: LineSource, summary: IngestSummary, options: IngestOptions): Promise<void> {
  const { batchSize, charge, clock, onBatch } = options
  let batch: (RecordLine | FaultyLine)[] = []
  let contentBytes = 0

  async function settleBatch(): Promise<void> {
    const results = await charge(batch.flatMap((line) => (line.kind === 'record' ? [line.usage] : [])))
    const byUsage = new Map(results.map((result) => [result.usage, result]))
    const rejected = batch.flatMap((line) =>
      line.kind === 'faulty' ? [line] : settle(line, byUsage.get(line.usage), source.format, summary),
    )
    summary.lines += batch.length
    summary.rejected += rejected.length
    batch = []
    await onBatch(rejected, contentBytes)
  }

  for await (const lines of readCdrLines(source.content(), source.format, clock)) {
    for (const line of lines) {
      contentBytes = line.end
      if (line.kind === 'blank') continue
      batch.push(line)
      if (batch.length === batchSize) await settleBatch()
    }
  }
  if (batch.length > 0) await settleBatch()
}

/** Counts what has become of a record; answers with its line where it was refused. */
function settle(
  { number, text }: RecordLine,
  result: ChargeResult | undefined,
  format: Format,
  summary: IngestSummary,
): FaultyLine[] {
  if (result === undefined) throw new Error(`Line ${number} was not answered.`)
  if (result.kind === 'refused') {
    const { code, message, field } = result
    return [{ kind: 'faulty', number, text, code, message, field: fieldName(format, field) }]
  }
  if (result.kind === 'duplicate') summary.duplicates += 1
  else {
    const { currency, chargeMinor } = result.record
    summary.charged += 1
    summary.amounts.set(currency, (summary.amounts.get(currency) ?? 0n) + chargeMinor)
  }
  return []
}
