import { mapNodes } from '@carriergraph/shared/connection/connection.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { normalBalance } from '@carriergraph/shared/ledger/account.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { newestEntries, toLedgerEntry } from '../db/ledger-entries.ts'
import type { LedgerAccountResolvers } from '../generated/resolvers.ts'

export const LedgerAccount: LedgerAccountResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.ledgerAccount.load(parseId('led', id)),
  owner: ({ ownerId }) => (ownerId === null ? null : { id: ownerId }),
  async balanceAsOf({ id, normalSide, balance: { currency } }, { at }, { loaders }) {
    const balanceMinor = await loaders.balanceAsOf.load({ id, at })
    return money(normalBalance({ normalSide, balanceMinor }), currency)
  },
  async entries(account, { from, until, ...args }, { loaders }) {
    const period = { from: from ?? undefined, until: until ?? undefined }
    const rows = await loaders.entriesWithin(period).load(account.id, pageArgs(newestEntries, args))
    return mapNodes(rows, toLedgerEntry(account))
  },
}
