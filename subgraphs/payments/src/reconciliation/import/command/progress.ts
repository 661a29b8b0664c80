import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { SingleBar } from 'cli-progress'

/** What the command tells a person while it stores lines. */
export type Progress = { update(lines: number): void; stop(): void }

/** How often progress is told where nobody watches a bar. */
const LINE_INTERVAL_MS = 2_000

/** A bar on a terminal, else a line from time to time. */
export function createProgress(output: Output, total: number, clock: () => Date): Progress {
  if (output.isTTY) return barProgress(output, total)
  let nextAt_ms = 0
  return {
    update(lines) {
      const now_ms = clock().getTime()
      if (now_ms < nextAt_ms) return
      nextAt_ms = now_ms + LINE_INTERVAL_MS
      output.write(`${lines} of ${total} lines\n`)
    },
    stop: () => undefined,
  }
}

function barProgress(output: Output, total: number): Progress {
  const bar = new SingleBar({
    stream: output,
    format: '{bar} {percentage} % · {value} of {total} lines',
    barsize: 24,
    // A run that is killed must not leave a terminal without its cursor.
    hideCursor: false,
  })
  bar.start(Math.max(total, 1), 0)
  return { update: (lines) => bar.update(lines), stop: () => bar.stop() }
}
