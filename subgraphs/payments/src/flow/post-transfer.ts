import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'

/** Decides a transfer in a tenant's books, in a transaction of its own: once it has answered, the answer stands. */
export type PostTransfer = (books: Books, order: TransferOrder) => Promise<Posting>

export const postTransferWith =
  (ledgers: Ledgers): PostTransfer =>
  (books, order) =>
    ledgers.of(books).post(order)
