import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, eq, getTableColumns } from 'drizzle-orm'
import { ledgerAccount } from './tables/ledger-account.ts'
import { type LedgerEntryRow, ledgerEntry } from './tables/ledger-entry.ts'

/** An entry as it is shown. */
export type LedgerEntry = {
  readonly sequence: bigint
  readonly transferId: Id<'tfr'>
  readonly amount: Money
  readonly balanceAfter: Money
  readonly postedAt: Date
}

export const newestEntries = ordering({
  name: 'LedgerAccount.entries by newest',
  direction: 'desc',
  by: { sequence: ledgerEntry.sequence },
})

/** An entry has the currency of its account. */
export const entriesOfAccounts = pagesByParent(newestEntries, ledgerEntry.accountId, (db, { where, orderBy, limit }) =>
  db
    .select({ ...getTableColumns(ledgerEntry), currency: ledgerAccount.currency })
    .from(ledgerEntry)
    .innerJoin(
      ledgerAccount,
      and(eq(ledgerAccount.tenantId, ledgerEntry.tenantId), eq(ledgerAccount.id, ledgerEntry.accountId)),
    )
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

export const toLedgerEntry = (
  row: LedgerEntryRow & Pick<typeof ledgerAccount.$inferSelect, 'currency'>,
): LedgerEntry => ({
  sequence: row.sequence,
  transferId: row.transferId,
  amount: money(row.amountMinor, row.currency),
  balanceAfter: money(row.balanceAfterMinor, row.currency),
  postedAt: row.postedAt,
})
