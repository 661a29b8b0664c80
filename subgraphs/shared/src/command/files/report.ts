import { MultiBar } from 'cli-progress'
import type { Output } from '../surroundings.ts'
import { type RejectedLine, rejectionText } from './rejected-line.ts'
import type { LineSource } from './source.ts'

/** What has become of a file so far; `done` counts what the command is for. */
export type LineCounts = {
  readonly lines: number
  readonly done: number
  readonly rejected: number
  /** Up to where these lines go in the content: more than that was read, and waits for its turn. */
  readonly contentBytes: number
}

/** What a command tells a person while it works on a file. */
export type Report = {
  rejected(line: RejectedLine): void
  progress(counts: LineCounts): void
  /** Ends the progress; nothing may be told after it. */
  stop(): void
}

/** How often progress is told where nobody watches a bar. */
const LINE_INTERVAL_MS = 2_000

/**
 * A bar by the bytes of the file on a terminal, else a line from time to time; rejected lines above or between them.
 * @param doneWord what is done with a line: `charged`
 */
export const createReport = (output: Output, source: LineSource, clock: () => Date, doneWord: string): Report =>
  output.isTTY ? barReport(output, source, doneWord) : lineReport(output, source, clock, doneWord)

function barReport(output: Output, source: LineSource, doneWord: string): Report {
  const bars = new MultiBar({
    stream: output,
    format: `{bar} {percentage} % · {lines} lines · {done} ${doneWord} · {rejected} rejected · {eta_formatted} left`,
    barsize: 24,
    formatTime: durationText,
    // A run that is killed must not leave a terminal without its cursor.
    hideCursor: false,
  })
  const bar = bars.create(Math.max(source.bytesTotal, 1), 0, { lines: 0, done: 0, rejected: 0 })
  return {
    rejected: (line) => bars.log(`${rejectionText(line)}\n`),
    progress: ({ contentBytes, ...counts }) => bar.update(source.bytesOf(contentBytes), counts),
    stop() {
      // It prints what was logged at its next redraw, and none comes after the end.
      bars.update()
      bars.stop()
    },
  }
}

function lineReport(output: Output, source: LineSource, clock: () => Date, doneWord: string): Report {
  let nextAt_ms = 0
  let untold = ''
  return {
    rejected: (line) => output.write(`${rejectionText(line)}\n`),
    progress({ lines, done, rejected, contentBytes }) {
      const percentage = Math.floor((100 * source.bytesOf(contentBytes)) / Math.max(source.bytesTotal, 1))
      untold = `${percentage} % · ${lines} lines · ${done} ${doneWord} · ${rejected} rejected\n`
      const now_ms = clock().getTime()
      if (now_ms < nextAt_ms) return
      nextAt_ms = now_ms + LINE_INTERVAL_MS
      output.write(untold)
      untold = ''
    },
    stop() {
      if (untold !== '') output.write(untold)
    },
  }
}

/** Before there is anything to reckon from, the bar says INF or NULL instead of a number. */
function durationText(seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return '…'
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
