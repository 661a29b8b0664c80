import type { EventHandler } from '@carriergraph/shared/bus/effect.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { afterCommit, databaseOfTransaction } from '@carriergraph/shared/db/transaction.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { rememberBillingAccount } from './db/billing-accounts.ts'
import { accountOpened, reviewDecided } from './events.ts'
import type { Finisher } from './flow/finisher.ts'
import { applyReview } from './flow/review.ts'

/** The name under which payments remember the events that they have consumed; another one would consume all anew. */
export const CONSUMER = 'payments'

/** What payments do about the events of others. A handler that throws is tried again, then parked for an operator. */
export const handlers = ({ clock, finisher }: Parts): Readonly<Record<string, EventHandler>> => ({
  'account.opened': async (tx, { data, occurredAt }) => {
    const { accountId, ownerId, currency, openedAt } = accountOpened.parse(data)
    // By the day of the event: the currency may have been withdrawn since.
    const code = parseCurrency(currency, occurredAt)
    if (!code.ok) throw new Error(`Billing account ${accountId}: ${code.message}`)
    await rememberBillingAccount(tx, { id: accountId, ownerId, currency: code.value, openedAt: new Date(openedAt) })
  },

  'review.decided': async (tx, { id, tenant, actor, data }) => {
    const review = reviewDecided.parse(data)
    if (!(await applyReview(tx, review, { now: clock(), actor, causationId: id }))) return
    const books = { tenant, db: databaseOfTransaction(tx).forTenant(tenant) }
    afterCommit(tx, () => finisher.soon(books, review.paymentId))
  },
})

type Parts = { readonly clock: Clock; readonly finisher: Finisher<'pay'> }
