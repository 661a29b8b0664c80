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
  inTransaction(db, (tx) => openWithin(tx, wallet, provenance))

async function openWithin(
  tx: Tx,
  { ownerId, currency, id }: WalletToOpen,
  { now, ...by }: Provenance,
): Promise<LedgerAccount> {
  await ensureOperatorAccounts(tx, currency, now)
  const wallet = await insertWallet(tx, { id: id ?? newId('led', now), ownerId, currency, createdAt: now })
  if (wallet === undefined) return findWallet(tx, ownerId, currency)
  await appendToJournal(tx, {
    aggregate: { type: 'wallet', id: wallet.id },
    version: 1,
    ...eventOf('wallet.opened', { walletId: wallet.id, ownerId, currency, openedAt: now.toISOString() }),
    ...by,
    occurredAt: now,
  })
  return wallet
}
