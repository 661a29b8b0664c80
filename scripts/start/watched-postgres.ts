import type { RunningPostgres } from '../postgres/launch.ts'
import type { Part } from './shutdown.ts'

const LOOK_INTERVAL_MS = 1_000
/** A server that dies this often within the window is broken; starting it again would only hide that. */
const RESTARTS_MAX = 5
const RESTART_WINDOW_MS = 60_000

export interface WatchOptions {
  /** Starts it again as it was started first. */
  readonly restart: () => Promise<RunningPostgres>
  /** Told in a sentence when it dies. */
  readonly onEvent: (text: string) => void
  readonly lookInterval_ms?: number
}

/**
 * Keeps the embedded server running: every service depends on it, and nobody else would notice. It may be another
 * process's child, so it is looked at and not waited for.
 */
export function watchPostgres(
  first: RunningPostgres,
  { restart, onEvent, lookInterval_ms = LOOK_INTERVAL_MS }: WatchOptions,
): Part {
  const deaths: number[] = []
  let server = first
  let isStopping = false
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    if (await server.isRunning()) return
    const now = performance.now()
    deaths.push(now)
    if (deaths.filter((at) => now - at < RESTART_WINDOW_MS).length > RESTARTS_MAX) {
      clearInterval(timer)
      onEvent('postgres keeps dying and stays down: see its log, and start again')
      return
    }
    onEvent('postgres died; starting it again')
    await server.stop()
    server = await restart()
  }

  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking || isStopping) return
    isLooking = true
    looking = look()
      .catch((error: unknown) => onEvent(`postgres does not start: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        isLooking = false
      })
  }, lookInterval_ms)

  return {
    name: 'postgres',
    async stop() {
      isStopping = true
      clearInterval(timer)
      await looking
      await server.stop()
    },
  }
}
