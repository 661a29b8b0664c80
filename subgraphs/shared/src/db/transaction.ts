import { setTimeout as delay } from 'node:timers/promises'
import { type Database, databaseOf, type TenantDb, type Tx } from './pools.ts'
import { isStaleStatement, postgresErrorBehind, SQL_STATE } from './sql-error.ts'

/** Five tries outlast every collision of short transactions seen in practice; more only hides a lock-order bug. */
export const TRANSACTION_ATTEMPTS_MAX = 5
/**
 * Tries that statements of an earlier schema may cost beside those: each one that fails is forgotten on its connection, and
 * a migration changes what a few of a transaction answer with, on each of a tenant's connections.
 */
const STALE_STATEMENTS_MAX = 50
/** Upper bound of the first pause between two tries; it doubles with each. */
const FIRST_PAUSE_MAX_MS = 10

type Running = { readonly database: Database; readonly hooks: Set<() => void> }

const running = new WeakMap<Tx, Running>()

export type TransactionOptions = {
  /** In [0, 1): spreads colliding transactions apart. */
  readonly random?: () => number
  readonly pause?: (duration_ms: number) => Promise<unknown>
}

/**
 * Runs `work` in one READ COMMITTED transaction and commits it when `work` resolves. A serialization failure, a
 * deadlock or a statement that was prepared before a migration is tried again from the start, so `work` must have no effect
 * outside the transaction; put such effects into `afterCommit`. Any other error rolls back and is thrown as it came.
 */
export async function inTransaction<T>(
  db: TenantDb,
  work: (tx: Tx) => Promise<T>,
  { random = Math.random, pause = delay }: TransactionOptions = {},
): Promise<T> {
  const database = databaseOf(db)
  let stale = 0
  for (let attempt = 1; ; attempt += 1) {
    const hooks = new Set<() => void>()
    try {
      const result = await db.transaction((tx) => {
        running.set(tx, { database, hooks })
        return work(tx)
      })
      runHooks(hooks, database)
      return result
    } catch (error) {
      if (isStaleStatement(error) && stale < STALE_STATEMENTS_MAX) {
        stale += 1
        attempt -= 1
        continue
      }
      if (attempt === TRANSACTION_ATTEMPTS_MAX || !isCollision(error)) throw error
      database.log.debug({ attempt, err: error }, 'transaction collided with another; trying again')
      await pause(random() * FIRST_PAUSE_MAX_MS * 2 ** (attempt - 1))
    }
  }
}

/** Calls `hook` once the transaction is durable, and never when it is not. The same function is called once only. */
export function afterCommit(tx: Tx, hook: () => void): void {
  runningOf(tx).hooks.add(hook)
}

export const databaseOfTransaction = (tx: Tx): Database => runningOf(tx).database

function runningOf(tx: Tx): Running {
  const known = running.get(tx)
  // Without it the effect would silently never happen.
  if (known === undefined) throw new TypeError('This transaction was not opened by inTransaction.')
  return known
}

function isCollision(error: unknown): boolean {
  const code = postgresErrorBehind(error)?.code
  return code === SQL_STATE.serializationFailure || code === SQL_STATE.deadlockDetected
}

function runHooks(hooks: ReadonlySet<() => void>, { log }: Database): void {
  for (const hook of hooks) {
    try {
      hook()
    } catch (error) {
      // The transaction is committed: the caller must not take it for failed.
      log.error({ err: error }, 'a hook after commit failed')
    }
  }
}
