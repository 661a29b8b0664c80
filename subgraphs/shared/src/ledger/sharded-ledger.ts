import type { Clock } from '../clock.ts'
import type { TenantDb } from '../db/pools.ts'
import { type Id, parseId } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import { isCurrencyCode } from '../money/currency.ts'
import { ok } from '../outcome.ts'
import { CLEARING_PURPOSE, clearingAccountId, isClearingAccount } from './clearing.ts'
import { arrivalOf, type Crossing, departureOf, type Ends, holdOf, laterDepartureOf, returnOf } from './crossing.ts'
import { isTooLong, type Ledger, type Posting, REFERENCE_LENGTH_MAX } from './ledger.ts'
import { countCrossingsLeft, openCrossings } from './open-crossings.ts'
import { firstSlotOf, shardOf } from './slot.ts'
import { ledgerAccount } from './tables.ts'
import type { TransferOrder } from './transfer.ts'

/** What a crossing's hold adds to its reference: the payee's account and a space. */
const PAYEE_LENGTH = 31
/** Of a crossing whose caller is still at it: longer than three batches wait, short enough that nobody waits long. */
export const UNDER_WAY_MS = 5_000

/** The books of one tenant in one of several databases. */
export type Shard = {
  readonly db: TenantDb
  readonly ledger: Pick<Ledger, 'post' | 'postLinked' | 'drained'>
}

export type ShardedLedgerOptions = {
  /** In the order of their ranges of slots, which must never change; see docs/adr/0027. */
  readonly shards: readonly Shard[]
  readonly now: Clock
}

export type Resumed = {
  /** Crossings that were found open and are ended. */
  readonly ended: number
  /** Crossings that have to wait until the payer's account is active again. */
  readonly waiting: number
  /** Crossings that are left to whoever has begun them, for they are young. */
  readonly underWay: number
}

/**
 * One tenant's books over several databases. An account lies on the shard of its id's slot, and an order is decided on
 * the shard of its own id, which therefore has the slot of the account that it debits, or of the transfer that it refers
 * to (`inSlotOf`). There it is posted as on a single ledger.
 *
 * A SINGLE transfer to an account of another shard crosses: it is held at home, posted there, and posted at home. It
 * is all or nothing to the balances that are available: between the steps it is held. Everything else, holds and linked
 * transfers, stays on one shard, where accounts of others are not found.
 *
 * Whoever runs one also calls `resume` when it starts and every few seconds (`CrossingResumer`), and has the books of its shards
 * sealed and what they hold released in time (`ShardKeeper`).
 */
export class ShardedLedger {
  readonly #shards: readonly Shard[]
  readonly #now: Clock
  /** By shard, the currencies in which its clearing account is there. */
  readonly #cleared: readonly Map<CurrencyCode, Promise<void>>[]

  constructor({ shards, now }: ShardedLedgerOptions) {
    if (shards.length === 0) throw new RangeError('A ledger has one shard at least.')
    this.#shards = shards
    this.#now = now
    this.#cleared = shards.map(() => new Map())
  }

  /** Where an account, or the accounts of an owner, lie. */
  shardFor(id: Id<string>): Shard {
    return this.#shard(this.#place(id))
  }

  /**
   * @throws RangeError for a clearing account, and for a reference of a crossing that is longer than 109 characters; and
   * as `Ledger.post`: whether anything was posted is then not known, and the same id may be asked for again
   */
  async post(order: TransferOrder): Promise<Posting> {
    assertNotClearing(order)
    if (order.kind !== 'SINGLE' || this.#place(order.creditAccountId) === this.#place(order.id))
      return this.shardFor(order.id).ledger.post(order)
    return this.#cross(order)
  }

  /** Each for itself, with an answer for each. Those of one shard are decided in their order. */
  postAll(orders: readonly TransferOrder[]): Promise<Posting[]> {
    return Promise.all(orders.map((order) => this.post(order)))
  }

  /** All or none, on the shard of the first one's id. */
  async postLinked(orders: readonly TransferOrder[]): Promise<Posting[]> {
    for (const order of orders) assertNotClearing(order)
    const [first] = orders
    return (first === undefined ? this.#shard(0) : this.shardFor(first.id)).ledger.postLinked(orders)
  }

  /**
   * Ends the crossings that somebody began and did not end. May run anywhere, at once and as often as one likes.
   * @param underWay_ms how long somebody may still be at one
   */
  async resume(underWay_ms = UNDER_WAY_MS): Promise<Resumed> {
    const before = new Date(this.#now().getTime() - underWay_ms)
    const left = await Promise.all(this.#shards.map(({ db }) => countCrossingsLeft(db, before)))
    const found = (await Promise.all(this.#shards.map(({ db }) => openCrossings(db, before)))).flat()
    const hasEnded = await Promise.all(found.map((crossing) => this.#resumeOne(crossing)))
    const ended = hasEnded.filter(Boolean).length
    // Of those that were found, one whose payer is frozen by now waits as well.
    const waiting = left.reduce((sum, shard) => sum + shard.waiting, found.length - ended)
    return { ended, waiting, underWay: left.reduce((sum, shard) => sum + shard.underWay, 0) }
  }

  async drained(): Promise<void> {
    await Promise.all(this.#shards.map(({ ledger }) => ledger.drained()))
  }

  async #cross(crossing: Crossing): Promise<Posting> {
    assertCrossable(crossing)
    const ends = this.#ends(crossing)
    await Promise.all([
      this.#openClearing(crossing.id, crossing),
      this.#openClearing(crossing.creditAccountId, crossing),
    ])
    const held = await this.shardFor(crossing.id).ledger.post(holdOf(crossing, ends))
    if (!held.ok) return held
    const arrived = await this.#arrive(crossing, ends)
    // Whatever the answer is: it has arrived, and what is held can leave later as well.
    await this.#end(crossing, arrived)
    return arrived.ok ? ok({ replayed: held.value.replayed }) : arrived
  }

  async #resumeOne(crossing: Crossing): Promise<boolean> {
    await this.#openClearing(crossing.creditAccountId, crossing)
    const arrived = await this.#arrive(crossing, this.#ends(crossing))
    const ended = await this.#end(crossing, arrived)
    if (ended.ok || !arrived.ok) return ended.ok
    return (await this.shardFor(crossing.id).ledger.post(laterDepartureOf(crossing))).ok
  }

  async #arrive(crossing: Crossing, ends: Ends): Promise<Posting> {
    const arrived = await this.shardFor(crossing.creditAccountId).ledger.post(arrivalOf(crossing, ends))
    // Something has arrived under this id. To release the hold for it would make money.
    if (!arrived.ok && arrived.code === 'IDEMPOTENCY_KEY_REUSED')
      throw new Error(`What arrived for ${crossing.id} is not what is held for it.`)
    return arrived
  }

  #end(crossing: Crossing, arrived: Posting): Promise<Posting> {
    return this.shardFor(crossing.id).ledger.post(arrived.ok ? departureOf(crossing) : returnOf(crossing))
  }

  #ends({ id, creditAccountId }: Crossing): Ends {
    return { home: this.#firstSlot(this.#place(id)), there: this.#firstSlot(this.#place(creditAccountId)) }
  }

  /** Once for each shard and currency of this process; another process may have been faster. */
  #openClearing(id: Id<string>, { currency }: Crossing): Promise<void> {
    const place = this.#place(id)
    const cleared = this.#cleared[place]
    const known = cleared?.get(currency)
    if (known !== undefined) return known
    const opening = this.#insertClearing(place, currency)
    cleared?.set(currency, opening)
    opening.catch(() => cleared?.delete(currency))
    return opening
  }

  async #insertClearing(place: number, currency: CurrencyCode): Promise<void> {
    await this.#shard(place)
      .db.insert(ledgerAccount)
      .values({
        id: clearingAccountId(currency, this.#firstSlot(place)),
        normalSide: 'CREDIT',
        currency,
        floorMinor: null,
        ownerId: null,
        purpose: CLEARING_PURPOSE,
        createdAt: this.#now(),
      })
      .onConflictDoNothing()
  }

  #place(id: Id<string>): number {
    return shardOf(id, this.#shards.length)
  }

  #firstSlot(place: number): number {
    return firstSlotOf(place, this.#shards.length)
  }

  #shard(place: number): Shard {
    const shard = this.#shards[place]
    if (shard === undefined) throw new RangeError(`There is no shard ${place}.`)
    return shard
  }
}

function assertNotClearing(order: TransferOrder): void {
  if (!('debitAccountId' in order)) return
  const { debitAccountId, creditAccountId, currency } = order
  if (isClearingAccount(debitAccountId, currency) || isClearingAccount(creditAccountId, currency))
    throw new RangeError('A clearing account is debited and credited by crossings alone.')
}

/** Before a clearing account is opened for it. @throws Refusal INVALID_ID; RangeError */
function assertCrossable({ creditAccountId, currency, reference }: Crossing): void {
  parseId('led', creditAccountId)
  if (!isCurrencyCode(currency)) throw new RangeError('A transfer is in an ISO 4217 currency.')
  if (isTooLong(reference, REFERENCE_LENGTH_MAX - PAYEE_LENGTH))
    throw new RangeError(`A reference from shard to shard has up to ${REFERENCE_LENGTH_MAX - PAYEE_LENGTH} characters.`)
}
