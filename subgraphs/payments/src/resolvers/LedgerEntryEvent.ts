import { present } from '@carriergraph/shared/loader.ts'
import { toLedgerEntry } from '../db/ledger-entries.ts'
import type { LedgerEntryEventResolvers } from '../generated/resolvers.ts'

export const LedgerEntryEvent: LedgerEntryEventResolvers = {
  occurredAt: ({ decidedAt }) => decidedAt,
  async entry(posted, _, { loaders }) {
    const { accountId } = posted
    return toLedgerEntry(present(await loaders.ledgerAccount.load(accountId), accountId))(posted)
  },
}
