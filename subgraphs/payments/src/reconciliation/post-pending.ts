import { correlationId } from '@carriergraph/shared/correlation.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { openOperatorAccount } from '../flow/ledger-account-changes.ts'
import { decidePostings, findPendingPostings, type PendingPosting } from './db/postings.ts'
import { orderOf, type ReconciliationPurpose } from './postings.ts'

/** As many as the ledger decides in one batch. */
export const POSTED_AT_ONCE = 1_000

export type PostOptions = {
  readonly db: TenantDb
  /** The tenant's, as `db` is. */
  readonly ledger: Pick<Ledger, 'post'>
  readonly now: () => Date
  readonly log: Log
}

/**
 * Posts what was decided and is not posted yet. Killed between the ledger and its note about it, the next call asks for
 * the same transfers again and gets the same answers; two at once do no harm for the same reason.
 * @returns how many the ledger has decided
 */
export async function postPending(options: PostOptions): Promise<number> {
  const { db, now } = options
  const accountOf = accountsOf(options)
  for (let posted = 0; ; ) {
    const page = await findPendingPostings(db, POSTED_AT_ONCE)
    if (page.length === 0) return posted
    const decided = await Promise.all(page.map((posting) => post(options, posting, accountOf)))
    await decidePostings(db, decided, now())
    posted += page.length
  }
}

type AccountOf = (purpose: ReconciliationPurpose, currency: CurrencyCode) => Promise<Id<'led'>>

/** The operator's accounts, each looked up once, and opened where it is missing. */
function accountsOf({ db, now }: PostOptions): AccountOf {
  const found = new Map<string, ReturnType<AccountOf>>()
  return (purpose, currency) => {
    const name = `${purpose} ${currency}`
    const known = found.get(name)
    if (known !== undefined) return known
    const provenance = { actor: SETTLING_ACTOR, correlationId: correlationId() ?? 'reconciliation', now: now() }
    const account = openOperatorAccount(db, purpose, currency, provenance).then(({ id }) => id)
    found.set(name, account)
    return account
  }
}

async function post({ ledger, log }: PostOptions, posting: PendingPosting, accountOf: AccountOf) {
  const { suspenseId, transferId, itemId, kind } = posting
  const order = await orderOf(posting, suspenseId ?? transferId, accountOf)
  const answer = await ledger.post(order)
  // It stays on record with its item, and is asked for again with the next run of the account.
  if (!answer.ok)
    log.error({ itemId, kind, transferId, code: answer.code }, 'the ledger refused a posting of reconciliation')
  return { transferId, refusal: answer.ok ? null : answer.code }
}
