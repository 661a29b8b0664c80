import { setTimeout as delay } from 'node:timers/promises'
import { outageIn } from '../db/outage.ts'
import type { Database, RawSql } from '../db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '../db/sql-error.ts'
import { ledgerBell } from '../journal/bell.ts'
import { OverloadError } from '../overload-error.ts'
import { isLockTimeout, LockedOut } from './locked-out.ts'
import { type Chain, type Decision, postBatch, readSubjects } from './post-batch.ts'
import type { Subjects } from './prepare-batch.ts'
import { BATCH_MAX, type Batch, takeBatch } from './take-batch.ts'

/** About as much as is decided within a second: who would wait longer is told at once. */
export const WAITING_MAX = 20_000
/** One that PostgreSQL decides, and one behind it, so that it has work while Node reads an answer and makes the next. */
const UNDER_WAY_MAX = 2
/** Fewer orders cost more as a second batch than their wait for the first is worth; see docs/adr/0021. */
const SECOND_MIN = 128
/** With pauses that double from FIRST_PAUSE_MS, some six seconds: a restart of the database is outlasted. */
const ATTEMPTS_MAX = 8
const FIRST_PAUSE_MS = 50

export type PostingLineOptions = {
  readonly database: Database
  readonly tenant: string
  readonly now: () => Date
  /** Orders of one batch. */
  readonly batchMax?: number
  readonly pause?: (duration_ms: number) => Promise<unknown>
}

type Waiting = {
  readonly chain: Chain
  /** In the order in which they were asked for. */
  readonly place: number
  /** By performance.now(). */
  readonly asked_ms: number
  resolve(decisions: readonly Decision[]): void
  reject(error: unknown): void
}

/** More orders are waiting than can be decided soon; nothing was done. */
export class LedgerOverloadError extends OverloadError {
  override name = 'LedgerOverloadError'
}

/**
 * The way of orders to `post_batch`, by natural group commit: while batches are on their way the next one gathers, so that
 * one order is answered as fast as the database commits, and a thousand at once cost little more. Orders are decided in the
 * order in which they came in; only those of a batch that had to be sent again (a lost connection, another process at the
 * same accounts or ids, an account that is locked) may come behind a later batch's.
 */
export class PostingLine {
  readonly #pool: RawSql
  /** Where batches go, one behind the other. */
  readonly #inOrder: RawSql
  readonly #options: PostingLineOptions
  readonly #batchMax: number
  readonly #secondMin: number
  /** By their places, as are those that wait apart. */
  readonly #waiting: Waiting[] = []
  readonly #underWay: Batch<Waiting>[] = []
  readonly #lockedOut: LockedOut<Waiting>
  #asked = 0
  #waitingOrders = 0
  #unansweredOrders = 0
  #isWoken = false
  /** Until all is answered; undefined where it is. */
  #drained: PromiseWithResolvers<void> | undefined
  /** Until the last batch was sent. */
  #sent: Promise<void> = Promise.resolve()

  constructor(options: PostingLineOptions) {
    this.#options = options
    this.#batchMax = options.batchMax ?? BATCH_MAX
    this.#secondMin = Math.min(SECOND_MIN, this.#batchMax)
    const { sql } = options.database
    this.#pool = sql.forTenant(options.tenant)
    this.#inOrder = sql.inOrderForTenant(options.tenant)
    this.#lockedOut = new LockedOut({
      pool: this.#pool,
      inOrder: this.#inOrder,
      goesBack: (waiting) => this.#sendAgain(waiting),
      givesUp: (waiting, error) => this.#refuse(waiting, error),
    })
  }

  /** @throws LedgerOverloadError; rejects with the database's error */
  decide(chain: Chain): Promise<readonly Decision[]> {
    if (!this.hasRoomFor(chain.length)) {
      throw new LedgerOverloadError(`More than ${WAITING_MAX} transfers wait to be posted.`)
    }
    this.#unansweredOrders += chain.length
    this.#waitingOrders += chain.length
    this.#drained ??= Promise.withResolvers()
    const { promise, resolve, reject } = Promise.withResolvers<readonly Decision[]>()
    this.#asked += 1
    this.#waiting.push({ chain, place: this.#asked, asked_ms: performance.now(), resolve, reject })
    this.#wake()
    return promise
  }

  /** Whether so many orders can be asked for at this moment. */
  hasRoomFor(orders: number): boolean {
    return this.#unansweredOrders + orders <= WAITING_MAX
  }

  /** Resolves when all that was asked for is answered. */
  async drained(): Promise<void> {
    await this.#drained?.promise
  }

  /** What arrives in the same turn shall go together. */
  #wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    setImmediate(() => {
      this.#isWoken = false
      this.#sendWaiting()
    })
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#underWay.length < UNDER_WAY_MAX) {
      const isFirst = this.#underWay.length === 0
      if (!isFirst && this.#waitingOrders < this.#secondMin) return
      const batch = takeBatch(this.#waiting, isFirst ? this.#shareOfFirst() : this.#batchMax, this.#underWay)
      if (batch.taken.length === 0) return
      this.#waitingOrders -= ordersOf(batch.taken)
      this.#underWay.push(batch)
      void this.#send(batch)
    }
  }

  /** It leaves a half for a second, where that is worth it: else whoever is answered at once also asks at once. */
  #shareOfFirst(): number {
    const half = Math.ceil(this.#waitingOrders / 2)
    return half < this.#secondMin ? this.#batchMax : Math.min(half, this.#batchMax)
  }

  /** Before what came later. */
  #sendAgain(waiting: readonly Waiting[]): void {
    this.#waiting.unshift(...waiting)
    this.#waiting.sort(byPlace)
    this.#waitingOrders += ordersOf(waiting)
    this.#wake()
  }

  /**
   * What names a transfer that waits apart goes behind it before anything else is done: what is off the line names nothing that may
   * come back to it meanwhile.
   */
  async #send(batch: Batch<Waiting>): Promise<void> {
    await this.#settle(this.#lockedOut.notBehind(batch.taken))
    this.#underWay.splice(this.#underWay.indexOf(batch), 1)
    if (this.#waiting.length > 0) this.#wake()
  }

  /** @param batch loses what waits apart */
  async #settle(batch: Waiting[]): Promise<void> {
    try {
      this.#answer(batch, await this.#postUntilAnswered(batch))
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) return this.#refuse(batch, error)
      await this.#settleEach(batch)
    }
  }

  /** One of them cannot be stored: the others shall not fail for it. */
  async #settleEach(batch: readonly Waiting[]): Promise<void> {
    for (const [index, waiting] of batch.entries()) {
      const alone = [waiting]
      await this.#settle(alone)
      if (alone.length > 0) continue
      // It waits for a lock, and what comes behind it may name it.
      return this.#sendAgain(batch.slice(index + 1))
    }
  }

  #answer(batch: readonly Waiting[], decisions: readonly Decision[]): void {
    ledgerBell(this.#options.database).ring()
    let next = 0
    for (const { chain, resolve } of batch) {
      resolve(decisions.slice(next, next + chain.length))
      next += chain.length
    }
    this.#forget(next)
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    for (const { reject } of batch) reject(error)
    this.#forget(ordersOf(batch))
  }

  #forget(orders: number): void {
    this.#unansweredOrders -= orders
    if (this.#unansweredOrders > 0) return
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** The ids make it safe to ask again, whether or not the answer that was lost had been a commit. */
  async #postUntilAnswered(batch: Waiting[]): Promise<Decision[]> {
    const { pause = delay } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#post(batch)
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !isTransient(error)) throw error
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1))
      }
    }
  }

  /** Sends behind the batch before, however long each reads what its orders refer to. */
  async #post(batch: Waiting[]): Promise<Decision[]> {
    const before = this.#sent
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#sent = before.then(() => promise)
    let subjects: Subjects = new Map()
    try {
      subjects = await readSubjects(this.#pool, chainsOf(batch))
      await before
      const at = this.#options.now()
      await this.#lockedOut.takeOutOf(batch, subjects, at)
      if (batch.length === 0) return []
      const decisions = postBatch(this.#inOrder, chainsOf(batch), subjects, at)
      resolve()
      return await decisions
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      await this.#lockedOut.takeIn(batch.splice(0), subjects, this.#options.now(), error)
      return []
    } finally {
      resolve()
    }
  }
}

const chainsOf = (batch: readonly Waiting[]): Chain[] => batch.map(({ chain }) => chain)

const byPlace = (one: Waiting, other: Waiting): number => one.place - other.place

const ordersOf = (batch: readonly Waiting[]): number => batch.reduce((orders, { chain }) => orders + chain.length, 0)

const COLLISIONS: ReadonlySet<string | undefined> = new Set([
  SQL_STATE.serializationFailure,
  SQL_STATE.deadlockDetected,
  // Another process decided the same id at the same moment.
  SQL_STATE.uniqueViolation,
])

const isTransient = (error: unknown): boolean =>
  COLLISIONS.has(postgresErrorBehind(error)?.code) || outageIn(error) !== undefined
