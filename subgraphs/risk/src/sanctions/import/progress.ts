import type { LineSource } from '@carriergraph/shared/command/files/source.ts'
import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { SingleBar } from 'cli-progress'

/** What the command tells a person while it stores names. */
export type Progress = { update(names: number): void; stop(): void }

/** How often progress is told where nobody watches a bar. */
const LINE_INTERVAL_MS = 2_000

/** A bar by the bytes of the file on a terminal, else a line from time to time. */
export function createProgress(output: Output, source: LineSource, clock: () => Date): Progress {
  if (output.isTTY) return barProgress(output, source)
  let nextAt_ms = 0
  return {
    update(names) {
      const now_ms = clock().getTime()
      if (now_ms < nextAt_ms) return
      nextAt_ms = now_ms + LINE_INTERVAL_MS
      output.write(`${Math.floor((100 * source.bytesRead()) / Math.max(source.bytesTotal, 1))} % · ${names} names\n`)
    },
    stop: () => undefined,
  }
}

function barProgress(output: Output, source: LineSource): Progress {
  const bar = new SingleBar({
    stream: output,
    format: '{bar} {percentage} % · {names} names',
    barsize: 24,
    // A run that is killed must not leave a terminal without its cursor.
    hideCursor: false,
  })
  bar.start(Math.max(source.bytesTotal, 1), 0, { names: 0 })
  return { update: (names) => bar.update(source.bytesRead(), { names }), stop: () => bar.stop() }
}
