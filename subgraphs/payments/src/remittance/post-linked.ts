import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'

/** Decides transfers in a tenant's books, all or none, in a transaction of its own: its answer stands. */
export type PostLinked = (books: Books, orders: readonly TransferOrder[]) => Promise<readonly Posting[]>

export const postLinkedWith =
  (ledgers: Ledgers): PostLinked =>
  (books, orders) =>
    ledgers.of(books).postLinked(orders)

/**
 * Why the ledger refused all of a chain; undefined where it posted it.
 * @throws Error where another transfer stands under one of its ids: to take that for a refusal would be to post twice
 */
export function refusalOf(postings: readonly Posting[]): PostingCode | undefined {
  const codes = postings.flatMap((posting) => (posting.ok ? [] : [posting.code]))
  const cause = codes.find((code) => code !== 'LINKED_TRANSFER_FAILED') ?? codes[0]
  if (cause === 'IDEMPOTENCY_KEY_REUSED') throw new Error('Another transfer was posted under an id of this chain.')
  return cause
}
