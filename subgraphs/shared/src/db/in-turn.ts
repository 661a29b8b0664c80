import { OverloadError } from '../overload-error.ts'
import { perTenant } from './per-database.ts'
import type { TenantDb, Tx } from './pools.ts'
import { inTransaction } from './transaction.ts'

/** Transactions of one key that wait in one process: about as many as end within the second that a caller has. */
export const IN_TURN_WAITING_MAX = 100

type Turns = { waiting: number; last: Promise<unknown> }

const turnsOf = perTenant(() => new Map<string, Turns>())

/**
 * `inTransaction` for work that begins by locking something: what locks the same waits here for its turn, and not for the lock
 * with a connection in its hands. So one customer who asks for much at once takes one of the tenant's connections, and leaves
 * the others to the others. The lock is needed all the same: other processes know nothing of these turns.
 * @param key what is locked, by its kind and id
 * @throws OverloadError where IN_TURN_WAITING_MAX wait already, and nothing was begun
 */
export async function inTransactionInTurn<T>(db: TenantDb, key: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const byKey = turnsOf(db)
  const turns = byKey.get(key) ?? { waiting: -1, last: Promise.resolve() }
  if (turns.waiting >= IN_TURN_WAITING_MAX)
    throw new OverloadError(`More than ${IN_TURN_WAITING_MAX} transactions wait for the same ${key.split(' ')[0]}.`)
  byKey.set(key, turns)
  turns.waiting += 1
  const done = turns.last.then(() => inTransaction(db, work))
  turns.last = done.then(nothing, nothing)
  try {
    return await done
  } finally {
    turns.waiting -= 1
    if (turns.waiting < 0) byKey.delete(key)
  }
}

const nothing = (): void => {}
