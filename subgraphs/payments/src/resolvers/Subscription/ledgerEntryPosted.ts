import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { PostedEntry } from '@carriergraph/shared/ledger/entry-tail.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'

export const ledgerEntryPosted: NonNullable<SubscriptionResolvers['ledgerEntryPosted']> = {
  async subscribe(_, { accountId, after }, { actor, entryTail, loaders }) {
    const id = parseId('led', accountId)
    const account = await loaders.ledgerAccount.load(id)
    const stream =
      account !== null && maySee(actor, account.ownerId) ? await entryTail.stream(actor.tenant, id, after) : undefined
    // Whether somebody else has such an account is not told.
    if (stream === undefined)
      throw new Refusal('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such account that you may see.', ['accountId'])
    return stream
  },
  resolve: (entry: PostedEntry) => entry,
}
