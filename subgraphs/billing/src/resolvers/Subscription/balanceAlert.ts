import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { Context } from '../../context.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { BalanceAlertEventModel } from '../../models.ts'

export const balanceAlert: NonNullable<SubscriptionResolvers['balanceAlert']> = {
  async subscribe(_, { accountId, after }, context) {
    if (accountId != null) await refuseHidden(accountId, context)
    const { actor, journal } = context
    return journal.stream({
      tenant: actor.tenant,
      types: ['balance_alert.raised'],
      after,
      filter: ({ data }) => maySee(actor, data.ownerId) && (accountId == null || data.accountId === accountId),
    })
  },
  resolve: (event: JournalEvent): BalanceAlertEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    alertId: parseId('alt', event.aggregate.id),
  }),
}

/** A stream that can never have an event is a mistake. Whether somebody else has such an account is not told. */
async function refuseHidden(id: string, { actor, loaders }: Context): Promise<void> {
  const account = await loaders.account.load(parseId('acc', id))
  if (account === null || !maySee(actor, account.ownerId))
    throw new Refusal('ACCOUNT_NOT_FOUND', 'There is no such account that you may see.', ['accountId'])
}
