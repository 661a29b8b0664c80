import { setTimeout as delay } from 'node:timers/promises'
import { makePgArray } from 'drizzle-orm/pg-core'
import { LINE_LOCK_TIMEOUT_MS, LOCK_TIMEOUT_MS, type RawSql } from '../db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '../db/sql-error.ts'
import { fromUuid, type Id, toUuid } from '../ids.ts'
import { type Chain, lockedBy } from './post-batch.ts'
import type { Subjects } from './prepare-batch.ts'
import { namesOf } from './take-batch.ts'

/** Several times what another process's batch has an account for: who has it at two looks is no such batch. */
const LOOK_EVERY_MS = 100
/** Whoever waited for a lock in vain goes back until about LOCK_TIMEOUT_MS are over: another wait takes LINE_LOCK_TIMEOUT_MS. */
const IN_VAIN_MAX_MS = LOCK_TIMEOUT_MS - LINE_LOCK_TIMEOUT_MS / 2
/** Locked accounts that are kept in mind with nobody waiting for them. One is enough for batches to be looked at. */
const REMEMBERED_MAX = 100

type Asked = {
  readonly chain: Chain
  /** In the order in which they were asked for. */
  readonly place: number
  /** By performance.now(). */
  readonly asked_ms: number
}

type Held<Waiting> = {
  readonly waiting: Waiting
  /** Accounts that it names and that were not seen free yet. */
  readonly accounts: Set<Id<'led'>>
}

type Lock = {
  /** The transaction that has it, in PostgreSQL's words. */
  readonly holder: string
  /** It kept a batch waiting, or the same transaction had it a look ago. */
  readonly isCertain: boolean
}

type Locks = ReadonlyMap<Id<'led'>, string>

export type LockedOutOptions<Waiting> = {
  readonly pool: RawSql
  /** Where batches go: who asks there asks behind the batch before, and sees nothing of its locks. */
  readonly inOrder: RawSql
  readonly goesBack: (waiting: readonly Waiting[]) => void
  readonly givesUp: (waiting: readonly Waiting[], error: unknown) => void
}

/**
 * Where orders wait whose accounts somebody else has locked, so that nobody stands in line behind them. They hold nothing
 * meanwhile: a batch that waits for one row with the others' locked would keep everybody out of those, of this process and
 * of all others. What names a transfer that waits here waits here as well, behind it.
 *
 * One batch has to find out, by waiting for LINE_LOCK_TIMEOUT_MS in vain. From then on, and for as long as any account is
 * known to be locked, whether or not somebody waits for it, batches are looked at before they are sent.
 */
export class LockedOut<Waiting extends Asked> {
  readonly #options: LockedOutOptions<Waiting>
  #held: Held<Waiting>[] = []
  readonly #locks = new Map<Id<'led'>, Lock>()
  /** From when on each that waited for a lock in vain has waited, with no more of its time in the line than a batch before takes. */
  readonly #inVainSince_ms = new WeakMap<Waiting, number>()
  /** A look that sees an account in a batch of another process sets nobody apart twice: it might do so for ever. */
  readonly #wereLookedAt = new WeakSet<Waiting>()
  #isWatching = false
  #error: unknown

  constructor(options: LockedOutOptions<Waiting>) {
    this.#options = options
  }

  /** What is left of a batch where those go behind what waits here that name it or refer to it. */
  notBehind(batch: readonly Waiting[]): Waiting[] {
    const accountsUnknown = batch.map(() => new Set<Id<'led'>>())
    return this.#held.length === 0 ? [...batch] : this.#keptIn(batch, accountsUnknown, this.#names())
  }

  /** Takes out of a batch that is to be sent what would only wait, where it is known that somebody locks accounts. */
  async takeOutOf(batch: Waiting[], subjects: Subjects, at: Date): Promise<void> {
    if (!this.#locks.values().some(({ isCertain }) => isCertain)) return
    const accounts = lockedBy(chainsOf(batch), subjects, at)
    const locks = await locksOf(this.#options.inOrder, new Set(accounts.flatMap((named) => [...named])))
    const keepsOut = (waiting: Waiting, id: Id<'led'>) =>
      locks.has(id) && (!this.#wereLookedAt.has(waiting) || this.#locks.get(id)?.isCertain === true)
    const locked = batch.map(
      (waiting, index) => new Set([...(accounts[index] ?? [])].filter((id) => keepsOut(waiting, id))),
    )
    const rest = this.#keptIn(batch, locked, new Set())
    for (const waiting of batch) this.#wereLookedAt.add(waiting)
    batch.splice(0, batch.length, ...rest)
  }

  /** Takes in a batch that waited for a lock in vain, and lets go at once of what names no locked account. */
  async takeIn(batch: readonly Waiting[], subjects: Subjects, at: Date, error: unknown): Promise<void> {
    this.#error = error
    const accounts = lockedBy(chainsOf(batch), subjects, at)
    const locks = await locksOf(this.#options.inOrder, new Set(accounts.flatMap((named) => [...named])))
    for (const [id, holder] of locks) this.#locks.set(id, { holder, isCertain: true })
    const apart = batch.map((waiting, index) => {
      this.#wereLookedAt.add(waiting)
      return { waiting, accounts: new Set([...(accounts[index] ?? [])].filter((id) => locks.has(id))) }
    })
    this.#hold(apart)
    this.#giveUpInVain(batch)
    this.#letGo()
  }

  /** @param names of what waits, with those of the batch before each that goes there */
  #keptIn(batch: readonly Waiting[], locked: readonly Set<Id<'led'>>[], names: Set<Id<'tfr'>>): Waiting[] {
    const apart: Held<Waiting>[] = []
    const rest = batch.filter((waiting, index) => {
      const accounts = locked[index] ?? new Set()
      const named = namesOf(waiting.chain)
      if (accounts.size === 0 && !named.some((id) => names.has(id))) return true
      for (const id of named) names.add(id)
      apart.push({ waiting, accounts })
      return false
    })
    this.#hold(apart)
    return rest
  }

  #hold(held: readonly Held<Waiting>[]): void {
    this.#held.push(...held)
    this.#held.sort((one, other) => one.waiting.place - other.waiting.place)
    void this.#watch()
  }

  #names(): Set<Id<'tfr'>> {
    return new Set(this.#held.flatMap(({ waiting }) => namesOf(waiting.chain)))
  }

  #awaited(): ReadonlySet<Id<'led'>> {
    return new Set(this.#held.flatMap(({ accounts }) => [...accounts]))
  }

  async #watch(): Promise<void> {
    if (this.#isWatching) return
    this.#isWatching = true
    while (this.#held.length > 0 || this.#locks.size > 0) {
      await delay(LOOK_EVERY_MS)
      const accounts = new Set([...this.#awaited(), ...this.#locks.keys()])
      this.#see(accounts, await locksOf(this.#options.pool, accounts))
      this.#giveUpLocked()
      this.#letGo()
      this.#forget()
    }
    this.#isWatching = false
  }

  /** One that another transaction has than a look ago was free between. */
  #see(accounts: ReadonlySet<Id<'led'>>, locks: Locks): void {
    const free = new Set<Id<'led'>>()
    for (const id of accounts) {
      const [before, holder] = [this.#locks.get(id), locks.get(id)]
      if (holder !== undefined && (before === undefined || before.holder === holder)) {
        this.#locks.set(id, { holder, isCertain: before !== undefined })
      } else {
        this.#locks.delete(id)
        free.add(id)
      }
    }
    for (const held of this.#held) for (const id of held.accounts) if (free.has(id)) held.accounts.delete(id)
  }

  #giveUpInVain(batch: readonly Waiting[]): void {
    const now_ms = performance.now()
    for (const waiting of batch)
      if (!this.#inVainSince_ms.has(waiting))
        this.#inVainSince_ms.set(waiting, Math.max(waiting.asked_ms, now_ms - 2 * LINE_LOCK_TIMEOUT_MS))
    const waited = new Set(batch)
    this.#giveUp(
      ({ waiting }) => waited.has(waiting) && now_ms - (this.#inVainSince_ms.get(waiting) ?? now_ms) >= IN_VAIN_MAX_MS,
    )
  }

  #giveUpLocked(): void {
    const latest_ms = performance.now() - LOCK_TIMEOUT_MS
    const isLocked = (id: Id<'led'>) => this.#locks.get(id)?.isCertain === true
    this.#giveUp(({ waiting, accounts }) => waiting.asked_ms <= latest_ms && accounts.values().some(isLocked))
  }

  /** With what names or refers to it, which would be refused for ever for a transfer that may yet be asked for again. */
  #giveUp(isOver: (held: Held<Waiting>) => boolean): void {
    const names = new Set<Id<'tfr'>>()
    const givenUp: Waiting[] = []
    this.#held = this.#held.filter((held) => {
      const named = namesOf(held.waiting.chain)
      if (!isOver(held) && !named.some((id) => names.has(id))) return true
      for (const id of named) names.add(id)
      givenUp.push(held.waiting)
      return false
    })
    if (givenUp.length > 0) this.#options.givesUp(givenUp, this.#error)
  }

  /** Behind what it names or refers to. */
  #letGo(): void {
    const names = new Set<Id<'tfr'>>()
    const free: Waiting[] = []
    this.#held = this.#held.filter(({ waiting, accounts }) => {
      const named = namesOf(waiting.chain)
      const stays = accounts.size > 0 || named.some((id) => names.has(id))
      if (stays) for (const id of named) names.add(id)
      else free.push(waiting)
      return stays
    })
    if (free.length > 0) this.#options.goesBack(free)
  }

  #forget(): void {
    const awaited = this.#awaited()
    for (const [id, { isCertain }] of this.#locks)
      if (!awaited.has(id) && (!isCertain || this.#locks.size > REMEMBERED_MAX)) this.#locks.delete(id)
  }
}

export const isLockTimeout = (error: unknown): boolean =>
  postgresErrorBehind(error)?.code === SQL_STATE.lockNotAvailable

/** Those that somebody else has at this moment. */
async function locksOf(sql: RawSql, accounts: ReadonlySet<Id<'led'>>): Promise<Locks> {
  if (accounts.size === 0) return new Map()
  try {
    const rows = await sql.unsafe<{ id: string; holder: string }[]>(
      'select id, holder from ledger_locked_accounts($1::text::uuid[])',
      [makePgArray([...accounts].map(toUuid))],
      { prepare: true },
    )
    return new Map(rows.map(({ id, holder }) => [fromUuid('led', id), holder]))
  } catch (error) {
    // Of the whole table. Anything else is for the line to meet, which knows what to do about it.
    return new Map(isLockTimeout(error) ? [...accounts].map((id) => [id, THE_TABLES]) : [])
  }
}

const THE_TABLES = 'the table’s'

const chainsOf = (batch: readonly Asked[]): Chain[] => batch.map(({ chain }) => chain)
