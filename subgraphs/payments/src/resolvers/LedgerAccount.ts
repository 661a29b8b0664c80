import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { newestEntries } from '../db/ledger-entries.ts'
import type { LedgerAccountResolvers } from '../generated/resolvers.ts'

export const LedgerAccount: LedgerAccountResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.ledgerAccount.load(parseId('led', id)),
  owner: ({ ownerId }) => (ownerId === null ? null : { id: ownerId }),
  entries: ({ id }, args, { loaders }) => loaders.entriesOfAccount.load(id, pageArgs(newestEntries, args)),
}
