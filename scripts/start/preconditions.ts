import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { tryLockAlone } from '../postgres/lock.ts'
import { poll } from '../postgres/poll.ts'
import type { Listener } from './installation.ts'

const MEBIBYTE = 1024 * 1024
/** A new cluster, its write-ahead log and the playground's bundle take about 250 MiB; the rest is room to work. */
const FREE_BYTES_MIN = 500 * MEBIBYTE
/** Services of a start that was killed end by themselves; the next start may come before they have. */
const LEAVING_MS = 3_000

/**
 * Creates the folder of the installation where there is none.
 * @throws what `errorText` words, when the folder cannot be had
 */
export async function requireDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
}

/**
 * Refuses to start where the disk that holds `directory` is nearly full.
 * @param freeBytes injected by tests
 */
export async function requireDiskSpace(directory: string, freeBytes = freeBytesOf): Promise<void> {
  const free = await freeBytes(directory)
  if (free >= FREE_BYTES_MIN) return
  throw new StartupFault(
    `The disk that holds ${directory} has ${Math.floor(free / MEBIBYTE)} MB left and CarrierGraph needs ${FREE_BYTES_MIN / MEBIBYTE} MB: make room and run the command again.`,
  )
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/** Refuses a second start on the same folder. The claim falls with this process, however it ends. */
export function claim(directory: string): Disposable {
  const claimed = tryLockAlone(join(directory, 'start.lock'))
  const pidFile = join(directory, 'start.pid')
  if (claimed === undefined) {
    const holder = existsSync(pidFile) ? `, process ${readFileSync(pidFile, 'utf8').trim()}` : ''
    throw new StartupFault(
      `CarrierGraph is running already (${directory}${holder}): use that one or stop it; another beside it needs a CARRIERGRAPH_HOME and ports of its own.`,
    )
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  return claimed
}

/**
 * Refuses to start where one of the ports is taken, and names the variable that chooses another.
 * @param patience_ms how long it may stay taken
 */
export async function requireFreePorts(listeners: readonly Listener[], patience_ms = LEAVING_MS): Promise<void> {
  const obstacles = async () => {
    const codes = await Promise.all(listeners.map(({ port }) => whyTaken(port)))
    return listeners.flatMap((listener, index) =>
      codes[index] === undefined ? [] : [{ ...listener, code: codes[index] }],
    )
  }
  if (await poll(async () => (await obstacles()).length === 0 || undefined, patience_ms)) return
  for (const { what, port, variable, code } of await obstacles()) {
    const remedy =
      code === 'EADDRINUSE' ? 'is in use: stop what listens there' : `cannot be opened (${code}): use one above 1023`
    throw new StartupFault(`Port ${port}, where ${what} would listen, ${remedy}, or choose another with ${variable}=….`)
  }
}

/** The code of the error with which listening fails; undefined when the port is free. */
function whyTaken(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })
}
