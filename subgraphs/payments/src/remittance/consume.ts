import type { EventHandler } from '@carriergraph/shared/bus/effect.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { afterCommit, databaseOfTransaction } from '@carriergraph/shared/db/transaction.ts'
import { remittanceReviewDecided } from '../events.ts'
import type { Finisher } from '../flow/finisher.ts'
import { applyRemittanceReview } from './review.ts'

type Parts = { readonly clock: Clock; readonly finisher: Finisher<'rem'> }

/** What remittances do about the events of others. */
export const remittanceHandlers = ({ clock, finisher }: Parts): Readonly<Record<string, EventHandler>> => ({
  'remittance_review.decided': async (tx, { id, tenant, actor, data }) => {
    const review = remittanceReviewDecided.parse(data)
    if (!(await applyRemittanceReview(tx, review, { now: clock(), actor, causationId: id }))) return
    const books = { tenant, db: databaseOfTransaction(tx).forTenant(tenant) }
    afterCommit(tx, () => finisher.soon(books, review.remittanceId))
  },
})
