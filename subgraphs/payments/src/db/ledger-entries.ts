import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { NormalSide } from '@carriergraph/shared/ledger/account.ts'
import type { Entry } from '@carriergraph/shared/ledger/statement.ts'
import { ledgerEntry } from '@carriergraph/shared/ledger/tables.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import type { LedgerAccount } from './ledger-accounts.ts'

/** An entry as it is shown: amounts on its account's normal side. */
export type LedgerEntry = {
  readonly sequence: bigint
  readonly transferId: Id<'tfr'>
  readonly side: NormalSide
  readonly amount: Money
  readonly balanceAfter: Money
  readonly postedAt: Date
}

export const newestEntries = ordering({
  name: 'LedgerAccount.entries by newest',
  direction: 'desc',
  by: { sequence: ledgerEntry.sequence },
})

export const toLedgerEntry =
  ({ normalSide }: Pick<LedgerAccount, 'normalSide'>) =>
  (row: Entry): LedgerEntry => {
    const shown = (minor: bigint) => money(normalSide === 'CREDIT' ? minor : -minor, row.currency)
    return {
      sequence: row.sequence,
      transferId: row.transferId,
      side: row.amountMinor > 0n ? 'CREDIT' : 'DEBIT',
      amount: shown(row.amountMinor),
      balanceAfter: shown(row.balanceMinor),
      postedAt: row.decidedAt,
    }
  }
