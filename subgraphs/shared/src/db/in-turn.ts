import { sql } from 'drizzle-orm'
import { OverloadError } from '../overload-error.ts'
import { perTenant } from './per-database.ts'
import { TENANT_POOL_MAX, type TenantDb, type Tx } from './pools.ts'
import { postgresErrorBehind, SQL_STATE } from './sql-error.ts'
import { inTransaction } from './transaction.ts'

/** Transactions of one key that wait in one process: about as many as end within the second that a caller has. */
export const IN_TURN_WAITING_MAX = 100
/** Of all keys of a tenant that have a connection at one time: where all of them wait for locks, the other three are for others. */
export const IN_TURN_AT_ONCE_MAX = TENANT_POOL_MAX - 3
/**
 * How long one waits for a lock before it lets those of other keys try, and comes again behind them. Several times what a
 * transaction of another process has it for, unless something is wrong there.
 */
const LOCK_WAIT_MS = 250

type Turns = { waiting: number; last: Promise<unknown> }

const turnsOf = perTenant(() => ({ byKey: new Map<string, Turns>(), connections: new Places(IN_TURN_AT_ONCE_MAX) }))

/**
 * `inTransaction` for work that begins by locking something: what locks the same waits here for its turn, and not for the lock
 * with a connection in its hands. So one customer who asks for much at once takes one of the tenant's connections, and leaves
 * the others to the others. The lock is needed all the same: other processes know nothing of these turns. Customers whose locks
 * another process keeps take turns at a few connections, until each has waited for as long as the connection lets it, for
 * its turn as well; whose turn comes later than that tries once.
 * @param key what is locked, by its kind and id
 * @param patience aborts when it has waited for long enough; what has its turn and its lock by then is done all the same
 * @throws OverloadError where IN_TURN_WAITING_MAX wait already, or patience ends before it is its turn, and nothing was begun
 */
export async function inTransactionInTurn<T>(
  db: TenantDb,
  key: string,
  work: (tx: Tx) => Promise<T>,
  patience: AbortSignal = ENDLESS,
): Promise<T> {
  const { byKey, connections } = turnsOf(db)
  const turns = byKey.get(key) ?? { waiting: -1, last: Promise.resolve() }
  if (turns.waiting >= IN_TURN_WAITING_MAX)
    throw new OverloadError(`More than ${IN_TURN_WAITING_MAX} transactions wait for the same ${key.split(' ')[0]}.`)
  byKey.set(key, turns)
  turns.waiting += 1
  const asked_ms = performance.now()
  const before = turns.last
  const over = Promise.withResolvers<void>()
  turns.last = before.then(() => over.promise)
  try {
    await within(patience, before)
    return await waitingInParts(db, connections, work, { asked_ms, patience })
  } finally {
    over.resolve()
    turns.waiting -= 1
    if (turns.waiting < 0) byKey.delete(key)
  }
}

const ENDLESS = new AbortController().signal

async function within(patience: AbortSignal, turn: Promise<unknown>): Promise<void> {
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(new OverloadError('It was not its turn in time.'))
  patience.addEventListener('abort', end)
  if (patience.aborted) end()
  try {
    await Promise.race([turn, ended.promise])
  } finally {
    patience.removeEventListener('abort', end)
  }
}

/** Work that locks, tried again while its lock is with somebody else. It has no effect outside of its transaction. */
async function waitingInParts<T>(
  db: TenantDb,
  connections: Places,
  work: (tx: Tx) => Promise<T>,
  { asked_ms, patience }: { readonly asked_ms: number; readonly patience: AbortSignal },
): Promise<T> {
  let waits_ms = Number.POSITIVE_INFINITY
  for (;;) {
    try {
      return await connections.within(() =>
        inTransaction(db, async (tx) => {
          const usual_ms = await shortenLockWait(tx)
          if (usual_ms > 0) waits_ms = usual_ms
          return work(tx)
        }),
      )
    } catch (error) {
      const isLocked = postgresErrorBehind(error)?.code === SQL_STATE.lockNotAvailable
      if (!isLocked || patience.aborted || performance.now() - asked_ms >= waits_ms) throw error
    }
  }
}

/** @returns how long a statement of this connection waits for a lock else; 0: for ever */
async function shortenLockWait(tx: Tx): Promise<number> {
  const [row] = await tx.execute<{ usual_ms: number }>(sql`
    select (extract(epoch from current_setting('lock_timeout')::interval) * 1000)::int as usual_ms,
      set_config('lock_timeout', ${String(LOCK_WAIT_MS)}, true)`)
  return row?.usual_ms ?? 0
}

/** So many at once; the others in the order in which they came. */
class Places {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
