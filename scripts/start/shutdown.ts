import { errorText } from './error-text.ts'
import type { Step } from './progress.ts'

/** Something that was started and has to be stopped. */
export interface Part {
  readonly name: string
  /** Stops it in order and waits. */
  stop(): Promise<void>
  /** Ends it at once, where it is a process. */
  kill?(): void
}

/** One Ctrl-C arrives several times: from the terminal, and passed on by npx or by pnpm. */
const ECHO_MS = 1_000
/** What shells report for a process that an impatient Ctrl-C ended. */
const SIGNAL_EXIT = 130

/** Turns requests to stop into what is done about them. */
export interface Interruption {
  /** Aborted by the first request. */
  readonly signal: AbortSignal
  /** The first request stops in order, the second kills the services, the third gives up at once. */
  request(): void
}

/**
 * @param parts killed by the second request; the list may still grow
 * @param now in ms
 */
export function interruptionOf(
  parts: readonly Part[],
  now: () => number = () => performance.now(),
  exit: (code: number) => void = process.exit,
): Interruption {
  const stop = new AbortController()
  let requests = 0
  let latest = Number.NEGATIVE_INFINITY
  const request = (): void => {
    if (now() - latest < ECHO_MS) return
    latest = now()
    requests++
    if (requests === 1) stop.abort()
    else if (requests === 2) for (const part of parts) part.kill?.()
    else exit(SIGNAL_EXIT)
  }
  return { signal: stop.signal, request }
}

/** Stops all parts, last started first. One that does not stop is told about and does not keep the others running. */
export async function stopAll(parts: readonly Part[], step: Step): Promise<{ ok: boolean }> {
  let ok = true
  for (const part of parts.toReversed()) {
    try {
      await step(`Stopping ${part.name}`, () => part.stop())
    } catch (error) {
      ok = false
      console.error(errorText(error))
    }
  }
  return { ok }
}
