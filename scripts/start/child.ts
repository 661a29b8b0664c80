import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'

/** One process of the installation. */
export interface ServiceSpec {
  name: string
  /** The TypeScript file to run, absolute. */
  entry: string
  env: Record<string, string>
  /** Answers 200 when the service can work; null where there is nothing to ask. */
  readyUrl: string | null
  /** Standard output and standard error are appended to it. */
  logFile: string
}

export interface Child {
  readonly pid: number | undefined
  /** How it ended, such as `exit code 1` or `SIGKILL`; undefined while it runs. */
  readonly ended: string | undefined
  readonly exit: Promise<string>
  /** Asks it to stop with SIGTERM and waits; after the deadline it is killed. */
  end(): Promise<void>
  kill(): void
  /** What it said in plain words, not as log lines, at the end. */
  lastWords(): string
}

/** Longer than the services' own drain deadline, so that killing is the last resort. */
const STOP_DEADLINE_MS = 20_000
const LAST_LINES = 6

/**
 * Starts the process. It has its own process group, so that Ctrl-C reaches the start alone and the services stop in
 * order; the IPC channel tells it when the start is killed, so that nothing is left running. It writes its log itself:
 * through a pipe, the death of the start would take it down in the middle of a request.
 */
export function launch({ entry, env, logFile }: ServiceSpec): Child {
  const log = openSync(logFile, 'a')
  const logStart = statSync(logFile).size
  const child = spawn(process.execPath, [entry], { env, detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  let ended: string | undefined
  const exit = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    // Only when it could not be started at all: the system has no process or no memory to give.
    child.once('error', (error) => resolve(error.message))
  }).then((how) => {
    ended = how
    return how
  })
  return {
    pid: child.pid,
    get ended() {
      return ended
    },
    exit,
    end: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
      child.kill('SIGTERM')
      await exit
      clearTimeout(timer)
    },
    kill: () => void child.kill('SIGKILL'),
    lastWords: () => {
      const lines = readFileSync(logFile).subarray(logStart).toString().trim().split('\n')
      return lines
        .filter((line) => !line.startsWith('{'))
        .slice(-LAST_LINES)
        .join('\n')
    },
  }
}
