import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from './start-error.ts'

/** One process of the installation. */
export interface ServiceSpec {
  name: string
  /** The TypeScript file to run, absolute. */
  entry: string
  env: Record<string, string>
  /** Answers 200 when the service can work; null where there is nothing to ask. */
  readyUrl: string | null
  logFile: string
}

export interface RunningService {
  readonly name: string
  /** Of the process that serves now: another one after it died and was started again. */
  readonly pid: number | undefined
  /** Resolves when it can work; throws a StartError with its last words when it ends or takes too long. */
  ready(): Promise<void>
  /** Asks it to stop with SIGTERM and waits; after the deadline it is killed. */
  stop(): Promise<void>
}

const READY_DEADLINE_MS = 60_000
const READY_POLL_MS = 50
/** Longer than the services' own drain deadline, so that killing is the last resort. */
const STOP_DEADLINE_MS = 20_000
const RESTART_DELAY_MS = 500
/** A service that dies this often within the window is broken; restarting it again would only hide that. */
const RESTARTS_MAX = 5
const RESTART_WINDOW_MS = 60_000

/**
 * Starts a service, and starts it again when it dies later. Each child has its own process group, so that Ctrl-C
 * reaches this process alone and the children stop in order; the IPC channel tells them when this process is killed,
 * so that nothing is left running.
 */
export function startService(spec: ServiceSpec, onEvent: (text: string) => void): RunningService {
  mkdirSync(dirname(spec.logFile), { recursive: true })
  const deaths: number[] = []
  let state: 'starting' | 'ready' | 'stopping' = 'starting'
  let child = launch(spec)
  const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (state !== 'ready') return
    const how = signal ?? `exit code ${code}`
    const now = performance.now()
    deaths.push(now)
    if (deaths.filter((at) => now - at < RESTART_WINDOW_MS).length > RESTARTS_MAX) {
      onEvent(`${spec.name} keeps dying (${how}) and stays down; its log is ${spec.logFile}`)
      return
    }
    onEvent(`${spec.name} died (${how}); starting it again`)
    setTimeout(() => {
      if (state !== 'ready') return
      child = launch(spec)
      child.once('exit', onExit)
    }, RESTART_DELAY_MS)
  }
  child.once('exit', onExit)
  return {
    name: spec.name,
    get pid() {
      return child.pid
    },
    ready: async () => {
      await ready(spec, child)
      if (state === 'starting') state = 'ready'
    },
    stop: () => {
      state = 'stopping'
      return end(child)
    },
  }
}

function launch(spec: ServiceSpec): ChildProcess {
  const child = spawn(process.execPath, [spec.entry], {
    env: spec.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const log = createWriteStream(spec.logFile, { flags: 'a' })
  child.stdout?.pipe(log)
  child.stderr?.pipe(log)
  return child
}

async function ready(spec: ServiceSpec, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS
  const lastWords: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString()))
  while (spec.readyUrl !== null) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const words = lastWords.join('').trim().split('\n').slice(-6).join('\n')
      throw new StartError(`${spec.name} stopped while it started; its log is ${spec.logFile}${words && `\n${words}`}`)
    }
    if (await answers(spec.readyUrl)) return
    if (performance.now() > deadline) {
      throw new StartError(`${spec.name} was not ready after ${READY_DEADLINE_MS / 1000} s; its log is ${spec.logFile}`)
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok
  } catch {
    return false
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
