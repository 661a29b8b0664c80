import { DatabaseSync } from 'node:sqlite'
import { poll } from './poll.ts'

const SQLITE_BUSY = 5

/** Taken as soon as the holder ends, however it ends. */
function tryLock(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // In memory: the file stays empty, so that locking works on a full disk too.
    database.exec('pragma journal_mode = memory')
    database.exec('begin exclusive')
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw error
  }
}

/**
 * Holds `file` exclusively among all processes of the machine, and all callers in this one; the returned object gives it
 * back when disposed. `undefined` when `deadlineMs` passed.
 *
 * Node has no flock. A file that names its holder's pid would have to be judged stale and taken over, which two waiters
 * can do at once; SQLite's file lock is the kernel's, so it falls with its holder, kill -9 included.
 * The file is never removed: a waiter would hold the lock of a deleted file beside the holder of its successor.
 */
export async function acquireLock(file: string, deadlineMs: number): Promise<Disposable | undefined> {
  const database = await poll(() => tryLock(file), deadlineMs)
  return database && { [Symbol.dispose]: () => database.close() }
}
