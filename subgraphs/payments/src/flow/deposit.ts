import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { postTransfer } from '../db/post-transfer.ts'

export type Deposit = {
  readonly transferId: Id<'tfr'>
  readonly walletId: Id<'led'>
  readonly amount: Money
  readonly reference: string
  readonly now: Date
}

/** Money from outside into a wallet: a transfer from the operator's FUNDING account in the wallet's currency. */
export async function deposit(tx: Tx, { transferId, walletId, amount, reference, now }: Deposit): Promise<void> {
  const funding = await findOperatorAccount(tx, 'FUNDING', amount.currency)
  const posted = await postTransfer(tx, {
    id: transferId,
    sourceId: funding.id,
    destinationId: walletId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference,
    postedAt: now,
  })
  if (!posted.ok) throw new Error(`The deposit ${reference} was not posted: ${posted.message}`)
}
