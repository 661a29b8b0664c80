import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { MultiBar } from 'cli-progress'
import type { FaultyLine } from './cdr-lines.ts'
import type { IngestSummary } from './ingest.ts'
import type { CdrSource } from './source.ts'

/** What the command tells a person while it runs. */
export type Report = {
  rejected(line: FaultyLine): void
  progress(summary: IngestSummary): void
  /** Ends the progress; nothing may be told after it. */
  stop(): void
}

/** How often progress is told where nobody watches a bar. */
const LINE_INTERVAL_MS = 2_000

/** A bar by the bytes of the file on a terminal, else a line from time to time; rejected lines above or between them. */
export const createReport = (output: Output, source: CdrSource, clock: () => Date): Report =>
  output.isTTY ? barReport(output, source) : lineReport(output, source, clock)

function barReport(output: Output, source: CdrSource): Report {
  const bars = new MultiBar({
    stream: output,
    format: '{bar} {percentage} % · {lines} lines · {charged} charged · {rejected} rejected · {eta_formatted} left',
    barsize: 24,
    formatTime: durationText,
    // A run that is killed must not leave a terminal without its cursor.
    hideCursor: false,
  })
  const bar = bars.create(Math.max(source.bytesTotal, 1), 0, { lines: 0, charged: 0, rejected: 0 })
  return {
    rejected: (line) => bars.log(`${rejectionText(line)}\n`),
    progress: ({ lines, charged, rejected }) => bar.update(source.bytesRead(), { lines, charged, rejected }),
    stop() {
      // It prints what was logged at its next redraw, and none comes after the end.
      bars.update()
      bars.stop()
    },
  }
}

function lineReport(output: Output, source: CdrSource, clock: () => Date): Report {
  let nextAt_ms = 0
  return {
    rejected: (line) => output.write(`${rejectionText(line)}\n`),
    progress({ lines, charged, rejected }) {
      const now_ms = clock().getTime()
      if (now_ms < nextAt_ms) return
      nextAt_ms = now_ms + LINE_INTERVAL_MS
      const percentage = Math.floor((100 * source.bytesRead()) / Math.max(source.bytesTotal, 1))
      output.write(`${percentage} % · ${lines} lines · ${charged} charged · ${rejected} rejected\n`)
    },
    stop: () => undefined,
  }
}

/** Before there is anything to reckon from, the bar says INF or NULL instead of a number. */
function durationText(seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return '…'
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const rejectionText = ({ number, code, field, message }: FaultyLine): string =>
  `line ${number}: ${code}${field === undefined ? '' : ` (${field})`}: ${message}`

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
