import { type Id, parseId, toUuid } from '../ids.ts'
import { isCurrencyCode } from '../money/currency.ts'
import { type Accepted, ok, type Refused, refuse } from '../outcome.ts'
import type { Chain, Decision } from './post-batch.ts'
import { POSTING_REFUSALS, type PostingCode } from './posting-code.ts'
import { PostingLine, type PostingLineOptions } from './posting-line.ts'
import { requestHashes } from './request-hash.ts'
import { repeatsItself } from './take-batch.ts'
import { subjectOf, type TransferOrder } from './transfer.ts'

/** Linked transfers hold each other's accounts; a business case needs a handful. */
export const CHAIN_MAX = 100
/** A reference is an id or a short name, not a document. */
export const REFERENCE_LENGTH_MAX = 140
export type Posted = {
  /** It was posted before, under the same id, and not again. */
  readonly replayed: boolean
}

export type Posting = Accepted<Posted> | RefusedPosting

export type RefusedPosting = Refused<PostingCode> & {
  /** It was refused before, under the same id, and this is the answer of then. */
  readonly replayed?: true
}

/**
 * The one door through which money moves in a tenant's books. Orders that are asked for at once share a commit
 * (`PostingLine`), so that one is answered as fast as the database commits, and a thousand cost little more. They are decided
 * in the order in which they came in, but for batches that had to be sent again.
 *
 * An answer is durable. A refusal is an answer too, and is given again to whoever asks again with the same id. When it
 * throws, whether anything was posted is not known: ask again with the same ids.
 */
export class Ledger {
  readonly #line: PostingLine
  /** Single orders on their way, so that one that is asked for twice at once goes once. */
  readonly #singles = new Map<Id<'tfr'>, { readonly hash: bigint; readonly decisions: Promise<readonly Decision[]> }>()

  constructor(options: PostingLineOptions) {
    this.#line = new PostingLine(options)
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

  /** Whether so many orders can be asked for at this moment: until others are, none of them meets a LedgerOverloadError. */
  hasRoomFor(orders: number): boolean {
    return this.#line.hasRoomFor(orders)
  }

  /** Resolves when all that was asked for is answered. */
  drained(): Promise<void> {
    return this.#line.drained()
  }

  async #answered(orders: readonly TransferOrder[]): Promise<Posting[]> {
    const decisions = await this.#decided(chainOf(orders))
    return decisions.map(postingOf)
  }

  async #decided(chain: Chain): Promise<readonly Decision[]> {
    const [first, second] = chain
    if (first === undefined || second !== undefined) return this.#line.decide(chain)
    const { order, hash } = first
    const same = this.#singles.get(order.id)
    if (same?.hash === hash) return (await same.decisions).map(askedAgain)
    const decisions = this.#line.decide(chain)
    if (same !== undefined) return decisions
    this.#singles.set(order.id, { hash, decisions })
    const forget = () => this.#singles.delete(order.id)
    decisions.then(forget, forget)
    return decisions
  }
}

/** What is answered for the second of two that are the same. */
const askedAgain = ({ code }: Decision): Decision => ({ code, replayed: code !== 'IDEMPOTENCY_KEY_REUSED' })

function postingOf({ code, replayed }: Decision): Posting {
  if (code === null) return ok({ replayed })
  const refused = refuse(code, POSTING_REFUSALS[code])
  return replayed ? { ...refused, replayed } : refused
}

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
  if (isTooLong(order.reference, REFERENCE_LENGTH_MAX) || order.reference.includes('\0'))
    throw new RangeError(`A reference has up to ${REFERENCE_LENGTH_MAX} characters and no NUL.`)
}

/** In code points, of which a text has no more than units. */
export const isTooLong = (reference: string, lengthMax: number): boolean =>
  reference.length > lengthMax && [...reference].length > lengthMax
