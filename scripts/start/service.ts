import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { type Child, launch, type ServiceSpec } from './child.ts'

export interface RunningService {
  readonly name: string
  /** Of the process that serves now: another one after it died and was started again. */
  readonly pid: number | undefined
  /**
   * Resolves when it can work. Rejects with a StartupFault that holds its last words when it ends or takes too long,
   * and with the signal's reason when nobody wants it any more.
   */
  ready(cancelled?: AbortSignal): Promise<void>
  /**
   * Stops it and starts it again, from its source as it is now. Rejects with a StartupFault when it does not come up; the
   * next call tries again. Does nothing while it starts or stops.
   */
  restart(): Promise<void>
  /** Asks it to stop with SIGTERM and waits; after a deadline it is killed. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

const READY_DEADLINE_MS = 60_000
const READY_POLL_MS = 50
const RESTART_DELAY_MS = 500
/** A service that dies this often within the window is broken; restarting it again would only hide that. */
const RESTARTS_MAX = 5
const RESTART_WINDOW_MS = 60_000

/**
 * Starts a service, and starts it again when it dies later. The log of the start before is kept beside its own.
 * @param onEvent told in a sentence when it dies
 */
export function startService(
  spec: ServiceSpec,
  onEvent: (text: string) => void,
  { restartDelay_ms = RESTART_DELAY_MS } = {},
): RunningService {
  mkdirSync(dirname(spec.logFile), { recursive: true })
  keepPrevious(spec.logFile)
  const deaths: number[] = []
  let state: 'starting' | 'ready' | 'down' | 'stopping' = 'starting'
  const isStopping = () => state === 'stopping'
  let child = launch(spec)

  const watch = async (watched: Child): Promise<void> => {
    const how = await watched.exit
    if (state !== 'ready') return
    const now = performance.now()
    deaths.push(now)
    if (deaths.filter((at) => now - at < RESTART_WINDOW_MS).length > RESTARTS_MAX) {
      onEvent(`${spec.name} keeps dying (${how}) and stays down; its log is ${spec.logFile}`)
      return
    }
    onEvent(`${spec.name} died (${how}); starting it again`)
    await wait(restartDelay_ms)
    if (state !== 'ready') return
    child = launch(spec)
    void watch(child)
  }

  return {
    name: spec.name,
    get pid() {
      return child.pid
    },
    ready: async (cancelled) => {
      await ready(spec, child, cancelled)
      if (state !== 'starting') return
      state = 'ready'
      void watch(child)
    },
    restart: async () => {
      if (state !== 'ready' && state !== 'down') return
      state = 'starting'
      await child.end()
      if (isStopping()) return
      child = launch(spec)
      try {
        await ready(spec, child)
      } catch (error) {
        if (isStopping()) return
        state = 'down'
        throw error
      }
      if (isStopping()) return
      state = 'ready'
      void watch(child)
    },
    stop: () => {
      state = 'stopping'
      return child.end()
    },
    kill: () => {
      state = 'stopping'
      child.kill()
    },
  }
}

function keepPrevious(logFile: string): void {
  try {
    renameSync(logFile, `${logFile}.previous`)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

async function ready({ name, readyUrl, logFile }: ServiceSpec, child: Child, cancelled?: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS
  while (readyUrl !== null && !(await answers(readyUrl))) {
    cancelled?.throwIfAborted()
    if (child.ended !== undefined) {
      const words = child.lastWords()
      throw new StartupFault(`${name} did not start (${child.ended}); its log is ${logFile}${words && `\n${words}`}`)
    }
    if (performance.now() > deadline) {
      throw new StartupFault(`${name} was not ready after ${READY_DEADLINE_MS / 1000} s; its log is ${logFile}`)
    }
    await wait(READY_POLL_MS)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok
  } catch {
    return false
  }
}
