import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { findOperatorAccount } from '../db/ledger-accounts.ts'

export type Deposit = {
  /** The same deposit again, under the same id, moves nothing. */
  readonly transferId: Id<'tfr'>
  readonly walletId: Id<'led'>
  readonly amount: Money
  readonly reference: string
}

/** Money from outside into a wallet: a transfer from the operator's FUNDING account in the wallet's currency. */
export async function deposit(
  ledgers: Ledgers,
  books: Books,
  { transferId, walletId, amount, reference }: Deposit,
): Promise<void> {
  const funding = await findOperatorAccount(books.db, 'FUNDING', amount.currency)
  const posted = await ledgers.of(books).post({
    kind: 'SINGLE',
    id: transferId,
    debitAccountId: funding.id,
    creditAccountId: walletId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference,
  })
  if (!posted.ok) throw new Error(`The deposit ${reference} was not posted: ${posted.message}`)
}
