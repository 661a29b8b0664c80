import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { ReconciliationBooks } from './books.ts'
import { decidePostings, findPendingPostings, type PendingPosting } from './db/postings.ts'
import { orderOf } from './postings.ts'

/** As many as the ledger decides in one batch. */
export const POSTED_AT_ONCE = 1_000

export type PostOptions = {
  readonly db: TenantDb
  readonly books: ReconciliationBooks
  readonly now: () => Date
  readonly log: Log
}

/**
 * Posts what was decided and is not posted yet. Killed between the ledger and its note about it, the next call asks for
 * the same transfers again and gets the same answers; two at once do no harm for the same reason.
 * @returns how many the ledger has decided
 */
export async function postPending({ db, books, now, log }: PostOptions): Promise<number> {
  for (let posted = 0; ; ) {
    const page = await findPendingPostings(db, POSTED_AT_ONCE)
    if (page.length === 0) return posted
    const decided = await Promise.all(page.map((posting) => post(posting, books, log)))
    await decidePostings(db, decided, now())
    posted += page.length
  }
}

async function post(posting: PendingPosting, books: ReconciliationBooks, log: Log) {
  const { suspenseId, transferId, itemId, kind } = posting
  const order = await orderOf(posting, suspenseId ?? transferId, books.accountOf)
  const answer = await books.post(order)
  // It stays on record with its item, and is asked for again with the next run of the account.
  if (!answer.ok)
    log.error({ itemId, kind, transferId, code: answer.code }, 'the ledger refused a posting of reconciliation')
  return { transferId, refusal: answer.ok ? null : answer.code }
}
