import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { ensureOperatorAccounts, findWallet, insertWallet, type LedgerAccount } from '../db/ledger-accounts.ts'
import { eventOf } from '../events.ts'

export type WalletToOpen = {
  readonly ownerId: Id<'usr'>
  readonly currency: CurrencyCode
  /** A new one unless it is given. */
  readonly id?: Id<'led'>
}

/**
 * Opens a user's wallet in one currency, and the operator's accounts in that currency where they are missing. Opening it
 * again answers with the same wallet.
 */
export const openWallet = (db: TenantDb, wallet: WalletToOpen, provenance: Provenance): Promise<LedgerAccount> =>
  inTransaction(db, async (tx) => {
    const { wallet: opened } = await openWalletWithin(tx, wallet, provenance)
    return opened
  })

/** The same within a transaction of the caller's, with whether the wallet is new. */
export async function openWalletWithin(
  tx: Tx,
  { ownerId, currency, id }: WalletToOpen,
  { now, ...by }: Provenance,
): Promise<{ readonly wallet: LedgerAccount; readonly isNew: boolean }> {
  await ensureOperatorAccounts(tx, currency, now)
  const wallet = await insertWallet(tx, { id: id ?? newId('led', now), ownerId, currency, createdAt: now })
  if (wallet === undefined) return { wallet: await findWallet(tx, ownerId, currency), isNew: false }
  await appendToJournal(tx, {
    aggregate: { type: 'wallet', id: wallet.id },
    version: 1,
    ...eventOf('wallet.opened', { walletId: wallet.id, ownerId, currency, openedAt: now.toISOString() }),
    ...by,
    occurredAt: now,
  })
  return { wallet, isNew: true }
}
