import { DatabaseSync } from 'node:sqlite'
import { poll } from './poll.ts'

const SQLITE_BUSY = 5

/*
 * Node has no flock. A file that names its holder's pid would have to be judged stale and taken over, which two waiters
 * can do at once; SQLite's file locks are the kernel's, so they fall with their holder, kill -9 included.
 * A lock file is never removed: a waiter would hold the lock of a deleted file beside the holder of its successor.
 */

/** Keeps locks whose holder forgot them from the garbage collector, which would let go of them. */
const held = new Set<DatabaseSync>()

function tryLock(file: string, begin: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // In memory: the file stays empty, so that locking works on a full disk too.
    database.exec('pragma journal_mode = memory')
    database.exec(begin)
    held.add(database)
    return { [Symbol.dispose]: () => held.delete(database) && database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw error
  }
}

/** Holds `file` alone among all processes and all callers in this one; `undefined` when somebody else holds it. */
export const tryLockAlone = (file: string): Disposable | undefined => tryLock(file, 'begin exclusive')

/** Holds `file` beside others who share it; `undefined` when somebody holds it alone. */
export const tryLockShared = (file: string): Disposable | undefined =>
  tryLock(file, 'begin; select 1 from sqlite_master')

/** Waits to hold `file` alone; `undefined` when `deadlineMs` passed. */
export const lockAlone = (file: string, deadlineMs: number): Promise<Disposable | undefined> =>
  poll(() => tryLockAlone(file), deadlineMs)
