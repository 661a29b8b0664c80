import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { outageIn } from '../db/outage.ts'
import type { Database, RawSql } from '../db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '../db/sql-error.ts'
import { type Id, parseId, toUuid } from '../ids.ts'
import { ledgerBell } from '../journal/bell.ts'
import { isCurrencyCode } from '../money/currency.ts'
import { type Accepted, ok, type Refused, refuse } from '../outcome.ts'
import { OverloadError } from '../overload-error.ts'
import { type Chain, type Decision, postBatch } from './post-batch.ts'
import { POSTING_REFUSALS, type PostingCode } from './posting-code.ts'
import { requestHashes } from './request-hash.ts'
import { repeatsItself, takeBatch } from './take-batch.ts'
import { subjectOf, type TransferOrder } from './transfer.ts'

/** Linked transfers hold each other's accounts; a business case needs a handful. */
export const CHAIN_MAX = 100
/** About as much as is decided within a second: who would wait longer is told at once. */
export const WAITING_MAX = 20_000
/** A reference is an id or a short name, not a document. */
export const REFERENCE_LENGTH_MAX = 140
/** With pauses that double from FIRST_PAUSE_MS, some six seconds: a restart of the database is outlasted. */
const ATTEMPTS_MAX = 8
const FIRST_PAUSE_MS = 50

export type Posted = {
  /** It was posted before, under the same id, and not again. */
  readonly replayed: boolean
}

export type Posting = Accepted<Posted> | RefusedPosting

export type RefusedPosting = Refused<PostingCode> & {
  /** It was refused before, under the same id, and this is the answer of then. */
  readonly replayed?: true
}

export type LedgerOptions = {
  readonly database: Database
  readonly tenant: string
  readonly now: () => Date
  readonly batchMax?: number
  readonly pause?: (duration_ms: number) => Promise<unknown>
}

type Waiting = {
  readonly chain: Chain
  resolve(decisions: readonly Decision[]): void
  reject(error: unknown): void
}

/** More orders are waiting than can be decided soon; nothing was done. */
export class LedgerOverloadError extends OverloadError {
  override name = 'LedgerOverloadError'
}

/**
 * The one door through which money moves in a tenant's books. Posts by natural group commit: while one batch is on its
 * way the next one gathers, so that one transfer is answered as fast as the database commits, and a thousand at once
 * cost little more. Orders are decided in the order in which they came in.
 *
 * An answer is durable. A refusal is an answer too, and is given again to whoever asks again with the same id. When it
 * throws, whether anything was posted is not known: ask again with the same ids.
 */
export class Ledger {
  readonly #sql: RawSql
  readonly #options: LedgerOptions
  readonly #waiting: Waiting[] = []
  /** Single orders on their way, so that one that is asked for twice at once goes once. */
  readonly #underWay = new Map<Id<'tfr'>, { readonly hash: bigint; readonly decisions: Promise<readonly Decision[]> }>()
  #waitingOrders = 0
  /** Until nothing waits; undefined where nothing does. */
  #posting: Promise<void> | undefined

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#sql = options.database.sql.forTenant(options.tenant)
  }

  /** @throws RangeError for a reference that cannot be stored; LedgerOverloadError; the database's error */
  async post(order: TransferOrder): Promise<Posting> {
    const [posting] = await this.#answered([order])
    if (posting === undefined) throw new Error(`${order.id} was not answered.`)
    return posting
  }

  /** Each for itself, with an answer for each. */
  postAll(orders: readonly TransferOrder[]): Promise<Posting[]> {
    return Promise.all(orders.map((order) => this.post(order)))
  }

  /**
   * All or none, with an answer for each: where one is refused, the others are LINKED_TRANSFER_FAILED.
   * @throws RangeError for none, for more than CHAIN_MAX, and where one names or refers to a transfer that another does
   */
  postLinked(orders: readonly TransferOrder[]): Promise<Posting[]> {
    return this.#answered(orders)
  }

  /** Resolves when all that was asked for is answered. */
  async drained(): Promise<void> {
    await this.#posting
  }

  async #answered(orders: readonly TransferOrder[]): Promise<Posting[]> {
    const decisions = await this.#decided(chainOf(orders))
    return decisions.map(postingOf)
  }

  async #decided(chain: Chain): Promise<readonly Decision[]> {
    const [first, second] = chain
    if (first === undefined || second !== undefined) return this.#enqueue(chain)
    const { order, hash } = first
    const same = this.#underWay.get(order.id)
    if (same?.hash === hash) return (await same.decisions).map(({ code }) => ({ code, replayed: true }))
    const decisions = this.#enqueue(chain)
    if (same !== undefined) return decisions
    this.#underWay.set(order.id, { hash, decisions })
    const forget = () => this.#underWay.delete(order.id)
    decisions.then(forget, forget)
    return decisions
  }

  #enqueue(chain: Chain): Promise<readonly Decision[]> {
    if (this.#waitingOrders + chain.length > WAITING_MAX) {
      throw new LedgerOverloadError(`More than ${WAITING_MAX} transfers wait to be posted.`)
    }
    this.#waitingOrders += chain.length
    const { promise, resolve, reject } = Promise.withResolvers<readonly Decision[]>()
    this.#waiting.push({ chain, resolve, reject })
    this.#posting ??= this.#postWaiting()
    return promise
  }

  async #postWaiting(): Promise<void> {
    // What arrives in the same turn shall go together.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, takeBatch(this.#waiting, this.#options.batchMax))
      await this.#settle(batch)
      for (const { chain } of batch) this.#waitingOrders -= chain.length
    }
    this.#posting = undefined
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const decisions = await this.#postUntilAnswered(batch.map(({ chain }) => chain))
      ledgerBell(this.#options.database).ring()
      let next = 0
      for (const { chain, resolve } of batch) {
        resolve(decisions.slice(next, next + chain.length))
        next += chain.length
      }
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      // One of them cannot be stored: the others shall not fail for it.
      for (const alone of batch) await this.#settle([alone])
    }
  }

  /** The ids make it safe to ask again, whether or not the answer that was lost had been a commit. */
  async #postUntilAnswered(chains: readonly Chain[]): Promise<Decision[]> {
    const { now, pause = delay } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await postBatch(this.#sql, chains, now())
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !isTransient(error)) throw error
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1))
      }
    }
  }
}

function postingOf({ code, replayed }: Decision): Posting {
  if (code === null) return ok({ replayed })
  const refused = refuse(code, POSTING_REFUSALS[code])
  return replayed ? { ...refused, replayed } : refused
}

const COLLISIONS: ReadonlySet<string | undefined> = new Set([
  SQL_STATE.serializationFailure,
  SQL_STATE.deadlockDetected,
  // Another process decided the same id at the same moment.
  SQL_STATE.uniqueViolation,
])

const isTransient = (error: unknown): boolean =>
  COLLISIONS.has(postgresErrorBehind(error)?.code) || outageIn(error) !== undefined

function chainOf(orders: readonly TransferOrder[]): Chain {
  if (orders.length === 0 || orders.length > CHAIN_MAX)
    throw new RangeError(`A chain has 1 to ${CHAIN_MAX} transfers, got ${orders.length}.`)
  for (const order of orders) assertStorable(order)
  const hashes = requestHashes(orders)
  const chain = orders.map((order, index) => ({ order, hash: hashes[index] ?? 0n, uuid: toUuid(order.id) }))
  if (repeatsItself(chain)) throw new RangeError('A transfer of a chain names one that another of it names as well.')
  return chain
}

/** @throws Refusal INVALID_ID; RangeError */
function assertStorable(order: TransferOrder): void {
  parseId('tfr', order.id)
  const subject = subjectOf(order)
  if (subject !== undefined) parseId('tfr', subject)
  if ('debitAccountId' in order) {
    parseId('led', order.debitAccountId)
    parseId('led', order.creditAccountId)
    if (!isCurrencyCode(order.currency)) throw new RangeError('A transfer is in an ISO 4217 currency.')
  }
  if (order.kind === 'POST_PENDING' && order.currency !== undefined && !isCurrencyCode(order.currency))
    throw new RangeError('A transfer is in an ISO 4217 currency.')
  if (order.reference.length > REFERENCE_LENGTH_MAX || order.reference.includes('\0'))
    throw new RangeError(`A reference has up to ${REFERENCE_LENGTH_MAX} characters and no NUL.`)
}
