import { makePgArray } from 'drizzle-orm/pg-core'
import { LINE_LOCK_TIMEOUT_MS, LOCK_TIMEOUT_MS, type RawSql } from '../db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '../db/sql-error.ts'
import { fromUuid, type Id, toUuid } from '../ids.ts'
import { type Chain, lockedBy } from './post-batch.ts'
import type { Subjects } from './prepare-batch.ts'
import { namesOf } from './take-batch.ts'

/** For how long `ledger_locked_accounts` waits for one account in its turn. */
const LOOK_MS = 100
/** So that a row has kept whoever named it waiting for LOCK_TIMEOUT_MS, its time in the line included. */
const VAIN_LOOKS_MAX = (LOCK_TIMEOUT_MS - LINE_LOCK_TIMEOUT_MS) / LOOK_MS
/** What keeps a batch waiting and is no account's row, such as a table's lock, is outlasted for that many batches. */
const RETURNS_MAX = 4

type Asked = {
  readonly chain: Chain
  /** In the order in which they were asked for. */
  readonly place: number
}

type Held<Waiting> = {
  readonly waiting: Waiting
  /** Accounts that it names and that were not seen unlocked yet. */
  readonly accounts: Set<Id<'led'>>
  vainLooks: number
}

export type LockedOutOptions<Waiting> = {
  readonly sql: RawSql
  readonly goesBack: (waiting: readonly Waiting[]) => void
  readonly givesUp: (waiting: readonly Waiting[], error: unknown) => void
}

/**
 * Where orders wait whose accounts somebody else has locked, so that nobody stands in line behind them. They hold nothing
 * meanwhile: a batch that waits for one row with the others' locked would keep everybody out of those, of this process and
 * of all others. What names such an account, or a transfer that waits here, waits here as well, behind it.
 */
export class LockedOut<Waiting extends Asked> {
  readonly #options: LockedOutOptions<Waiting>
  #held: Held<Waiting>[] = []
  /** How often one went back although nothing was seen locked. */
  readonly #returns = new WeakMap<Waiting, number>()
  #error: unknown

  constructor(options: LockedOutOptions<Waiting>) {
    this.#options = options
  }

  /** Takes in a batch that waited for a lock in vain; what names no locked account goes back as soon as that is seen. */
  takeIn(batch: readonly Waiting[], subjects: Subjects, at: Date, error: unknown): void {
    this.#error = error
    const isGivenUp = (waiting: Waiting) => this.#returns.get(waiting) === RETURNS_MAX
    const givenUp = batch.filter(isGivenUp)
    if (givenUp.length > 0) this.#options.givesUp(givenUp, error)
    const accounts = lockedBy(chainsOf(batch), subjects, at)
    const isAlone = this.#held.length === 0
    const held = batch.map((waiting, index) => ({ waiting, accounts: new Set(accounts[index]), vainLooks: 0 }))
    this.#hold(held.filter(({ waiting }) => !isGivenUp(waiting)))
    if (isAlone) void this.#watch()
  }

  /** What is left where those go behind what waits here that name it or refer to it. */
  notBehind(batch: readonly Waiting[]): Waiting[] {
    const accountsUnknown = batch.map(() => new Set<Id<'led'>>())
    return this.#held.length === 0 ? [...batch] : this.#keptIn(batch, accountsUnknown, this.#names())
  }

  /** Takes out of a batch that is to be sent what would only wait. */
  takeOutOf(batch: Waiting[], subjects: Subjects, at: Date): void {
    if (this.#held.length === 0) return
    const accounts = lockedBy(chainsOf(batch), subjects, at)
    const awaited = this.#awaited()
    const locked = accounts.map((named) => new Set([...named].filter((id) => awaited.has(id))))
    batch.splice(0, batch.length, ...this.#keptIn(batch, locked, new Set()))
  }

  /** @param names of what waits, with those of the batch before each that goes there */
  #keptIn(batch: readonly Waiting[], locked: readonly Set<Id<'led'>>[], names: Set<Id<'tfr'>>): Waiting[] {
    const apart: Held<Waiting>[] = []
    const rest = batch.filter((waiting, index) => {
      const accounts = locked[index] ?? new Set()
      const named = namesOf(waiting.chain)
      if (accounts.size === 0 && !named.some((id) => names.has(id))) return true
      for (const id of named) names.add(id)
      apart.push({ waiting, accounts, vainLooks: 0 })
      return false
    })
    this.#hold(apart)
    return rest
  }

  #hold(held: readonly Held<Waiting>[]): void {
    this.#held.push(...held)
    this.#held.sort((one, other) => one.waiting.place - other.waiting.place)
  }

  #names(): Set<Id<'tfr'>> {
    return new Set(this.#held.flatMap(({ waiting }) => namesOf(waiting.chain)))
  }

  #awaited(): ReadonlySet<Id<'led'>> {
    return new Set(this.#held.flatMap(({ accounts }) => [...accounts]))
  }

  async #watch(): Promise<void> {
    for (let look = 0; this.#held.length > 0; look += 1) {
      const awaited = [...this.#awaited()]
      const inTurn = awaited[look % awaited.length]
      const locked = inTurn === undefined ? new Set() : await this.#lockedAmong(awaited, inTurn)
      const unlocked = awaited.filter((id) => !locked.has(id))
      for (const held of this.#held) {
        for (const id of unlocked) held.accounts.delete(id)
        if (locked.has(inTurn)) held.vainLooks += 1
      }
      this.#giveUp()
      this.#letGo()
    }
  }

  #giveUp(): void {
    const isGivenUp = ({ accounts, vainLooks }: Held<Waiting>) => accounts.size > 0 && vainLooks >= VAIN_LOOKS_MAX
    const { givenUp = [], kept = [] } = Object.groupBy(this.#held, (held) => (isGivenUp(held) ? 'givenUp' : 'kept'))
    this.#held = kept
    if (givenUp.length > 0) this.#options.givesUp(waitingOf(givenUp), this.#error)
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
    if (this.#held.length === 0) for (const waiting of free) this.#returns.set(waiting, this.#returnsOf(waiting) + 1)
    if (free.length > 0) this.#options.goesBack(free)
  }

  #returnsOf(waiting: Waiting): number {
    return this.#returns.get(waiting) ?? 0
  }

  /** Those that are locked at this moment; `inTurn` is waited for, because one that is posted to all the time is never free. */
  async #lockedAmong(accounts: readonly Id<'led'>[], inTurn: Id<'led'>): Promise<ReadonlySet<unknown>> {
    try {
      const rows = await this.#options.sql.unsafe<{ id: string }[]>(
        'select id from ledger_locked_accounts($1::text::uuid[], $2::text::uuid) locked (id)',
        [makePgArray(accounts.map(toUuid)), toUuid(inTurn)],
        { prepare: true },
      )
      return new Set(rows.map(({ id }) => fromUuid('led', id)))
    } catch (error) {
      // Of the whole table. Anything else is for the line to meet, which knows what to do about it.
      return new Set(isLockTimeout(error) ? accounts : [])
    }
  }
}

export const isLockTimeout = (error: unknown): boolean =>
  postgresErrorBehind(error)?.code === SQL_STATE.lockNotAvailable

const chainsOf = (batch: readonly Asked[]): Chain[] => batch.map(({ chain }) => chain)

const waitingOf = <Waiting>(held: readonly Held<Waiting>[]): Waiting[] => held.map(({ waiting }) => waiting)
