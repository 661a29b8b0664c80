import { mapNodes } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestEntries, toLedgerEntry } from '../db/ledger-entries.ts'
import type { LedgerAccountResolvers } from '../generated/resolvers.ts'

export const LedgerAccount: LedgerAccountResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.ledgerAccount.load(parseId('led', id)),
  owner: ({ ownerId }) => (ownerId === null ? null : { id: ownerId }),
  async entries(account, args, { loaders }) {
    const rows = await loaders.entriesOfAccount.load(account.id, pageArgs(newestEntries, args))
    return mapNodes(rows, toLedgerEntry(account))
  },
}
