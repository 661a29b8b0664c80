import { realpath } from 'node:fs/promises'
import { PostgresStartError } from './failure.ts'
import { lockAlone, tryLockAlone, tryLockShared } from './lock.ts'
import { readPidFile } from './postmaster.ts'
import { stopPostmaster } from './server.ts'

/** The slowest steps under the lock: copying, initdb, recovery and the last checkpoint on a slow disk. */
const CHANGE_DEADLINE_MS = 300_000

/** Held by the one process that starts or stops the server of `dataDir`. Throws LOCKED when it takes minutes to get. */
export async function lockForChange(dataDir: string): Promise<Disposable> {
  const lock = await lockAlone(`${dataDir}.lock`, CHANGE_DEADLINE_MS)
  if (lock) return lock
  throw new PostgresStartError(
    'LOCKED',
    `Another process has been starting or stopping PostgreSQL in ${dataDir} for minutes: end that one and start again.`,
  )
}

const usersOf = (dataDir: string) => `${dataDir}.in-use`

/** Counts the caller, who has locked for change, among the users of the server until disposed or killed. */
export function joinUsers(dataDir: string): Disposable {
  const use = tryLockShared(usersOf(dataDir))
  if (use) return use
  throw new PostgresStartError('LOCKED', `Another program holds ${usersOf(dataDir)}: end it and start again.`)
}

/**
 * Stops the server of `dataDir`, whoever started it, unless a living process still uses it: the last one turns off the
 * light, and a second `start` that fails does not take the first one's database away. `leaving` is the caller's own use.
 */
export async function stopUnlessUsed(dataDir: string, leaving?: Disposable): Promise<void> {
  using _change = await lockForChange(dataDir)
  leaving?.[Symbol.dispose]()
  using unused = tryLockAlone(usersOf(dataDir))
  if (!unused) return
  const place = await realpath(dataDir).catch(() => dataDir)
  const pidFile = await readPidFile(place)
  if (pidFile) await stopPostmaster(pidFile.pid, place)
}
