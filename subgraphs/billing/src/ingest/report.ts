import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { IngestSummary } from './ingest.ts'

/** The end of the run, a number a line, for people and for scripts. */
export function summaryText({ lines, charged, duplicates, rejected, amounts }: IngestSummary, seconds: number): string {
  const rows = [
    ['lines', lines],
    ['charged', charged],
    ['duplicates', duplicates],
    ['rejected', rejected],
    ...[...amounts].map(([currency, minor]) => ['amount', `${formatAmount({ minor, currency })} ${currency}`]),
    ['seconds', seconds.toFixed(1)],
  ]
  return rows.map(([name, value]) => `${String(name).padEnd(12)}${value}\n`).join('')
}
