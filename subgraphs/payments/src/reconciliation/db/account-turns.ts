import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'

/** Of one account that wait in this process: more than people ask for, and as many as a script may by mistake. */
export const WAITING_MAX = 100

/** Those who wait, in the order in which they came. Nobody waits where there is no line, and nobody has the turn. */
type Line = Set<() => void>

/** Who in this process wants which bank account of a tenant: one has the turn, and the others hold no connection meanwhile. */
class AccountTurns {
  readonly #lines = new Map<string, Line>()

  /** @returns what ends the turn; undefined where too many wait, or `signal` is aborted before it is one's turn */
  async take(account: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    const line = this.#lines.get(account)
    if (line === undefined) this.#lines.set(account, new Set())
    else if (line.size >= WAITING_MAX || !(await isCalled(line, signal))) return undefined
    return () => this.#next(account)
  }

  #next(account: string): void {
    const line = this.#lines.get(account)
    const [first] = line ?? []
    if (first === undefined) this.#lines.delete(account)
    else first()
  }
}

/** Waits in a line. @returns whether it was called, and has not left before */
function isCalled(line: Line, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const leave = (isTurn: boolean) => {
    line.delete(call)
    signal.removeEventListener('abort', giveUp)
    resolve(isTurn)
  }
  const call = () => leave(true)
  const giveUp = () => leave(false)
  line.add(call)
  signal.addEventListener('abort', giveUp)
  return promise
}

const turnsOf = perTenant(() => new AccountTurns())

/**
 * Does `work` when it has the turn at all of the accounts, in whichever order they are given.
 * @returns undefined where too many wait for one, or `signal` is aborted before, and nothing was begun
 */
export async function inTurnAt<T>(
  db: TenantDb,
  accounts: readonly string[],
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const turns = turnsOf(db)
  using taken = new DisposableStack()
  // In one order, so that two that want the same ones do not wait for each other.
  for (const account of accounts.toSorted()) {
    const end = await turns.take(account, signal)
    if (end === undefined) return undefined
    taken.defer(end)
  }
  return await work()
}
