import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Binaries, binariesOf, locatePackage } from './binaries.ts'
import { explainOutput, PostgresStartError } from './failure.ts'
import type { Owner } from './owner.ts'
import { poll } from './poll.ts'
import { isRunning, readPidFile } from './postmaster.ts'
import { run, serverEnvironment } from './programs.ts'

/** Crash recovery of a large cluster on a slow disk is the longest case. */
const READY_DEADLINE_MS = 180_000
/** Fast shutdown writes a checkpoint; after that PostgreSQL is told to go without one (it recovers at the next start). */
const FAST_STOP_DEADLINE_MS = 60_000
const IMMEDIATE_STOP_DEADLINE_MS = 15_000

export interface ServerPlace {
  place: string
  binaries: Binaries
  owner: Owner | undefined
  logFile: string
}

function serverArguments(place: string, port: number, settings: Record<string, string>): string[] {
  const fixed = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const options = Object.entries(fixed).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', place, '-p', String(port), ...options]
}

/** Starts the postmaster and waits until it takes connections; its pid. The log of the run before is kept beside. */
export async function launchPostmaster(
  { place, binaries, owner, logFile }: ServerPlace,
  port: number,
  settings: Record<string, string>,
): Promise<number> {
  await fs.rename(logFile, `${logFile}.previous`).catch(() => undefined)
  const log = await fs.open(logFile, 'w', 0o600)
  // Detached: Ctrl-C in the terminal reaches us only, and we stop the server last. A file, not a pipe: it may outlive us.
  const child = spawn(binaries.postgres, serverArguments(place, port, settings), {
    ...owner,
    env: serverEnvironment(),
    cwd: path.dirname(place),
    detached: process.platform !== 'win32',
    stdio: ['ignore', log.fd, log.fd],
    windowsHide: true,
  })
  let ended: { reason: string } | undefined
  child.once('error', (error) => {
    ended = { reason: String(error) }
  })
  child.once('exit', (code, signal) => {
    ended = { reason: `it ended with ${code ?? signal}` }
  })
  child.unref()
  await log.close()
  const outcome = await poll(async () => {
    if (ended) return ended
    const pidFile = await readPidFile(place)
    return pidFile?.pid === child.pid && pidFile?.state === 'ready' ? { pid: pidFile.pid } : undefined
  }, READY_DEADLINE_MS)
  if (outcome && 'pid' in outcome) return outcome.pid
  if (!outcome) child.kill('SIGQUIT')
  const output = (await fs.readFile(logFile, 'utf8')).trim()
  throw explainOutput(output === '' ? (outcome?.reason ?? 'it was not ready in time') : output, {
    dataDir: place,
    port,
    logFile,
  })
}

/** Fast shutdown of the postmaster `pid`, waited for. Does nothing when it is gone already. */
export async function stopPostmaster(pid: number, place: string): Promise<void> {
  const gone = async () => !(await isRunning(pid, place)) || undefined
  if (await gone()) return
  if (process.platform === 'win32') {
    // No signals there: pg_ctl speaks to the server's own pipe, and says nothing that the poll below does not.
    await run(binariesOf(locatePackage()).pgCtl, ['stop', '-D', place, '-m', 'fast', '-w'], undefined)
  } else {
    // SIGINT is fast shutdown: clients are cut off, nothing that was committed is lost.
    signal(pid, 'SIGINT')
  }
  if (await poll(gone, FAST_STOP_DEADLINE_MS)) return
  signal(pid, 'SIGQUIT')
  if (await poll(gone, IMMEDIATE_STOP_DEADLINE_MS)) return
  throw new PostgresStartError('STOP_FAILED', `PostgreSQL (pid ${pid}) does not stop: end it with "kill -QUIT ${pid}".`)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // Gone meanwhile is as good.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
