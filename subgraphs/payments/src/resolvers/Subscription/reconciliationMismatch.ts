import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { ReconciliationMismatchEventModel } from '../../models.ts'
import { accountAsked } from '../../statements/own-account.ts'

export const reconciliationMismatch: NonNullable<SubscriptionResolvers['reconciliationMismatch']> = {
  subscribe: (_, { account, after }, { actor, journal }) =>
    journal.stream({
      tenant: actor.tenant,
      types: ['reconciliation_run.mismatched'],
      after,
      filter: ({ data }) => account == null || data.account === accountAsked(account),
    }),
  resolve: (event: JournalEvent): ReconciliationMismatchEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    cases: Number(event.data.cases),
    runId: parseId('rcr', event.aggregate.id),
  }),
}
