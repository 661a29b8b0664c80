import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { findWallet, insertWallet, type LedgerAccount } from '../db/ledger-accounts.ts'
import { eventOf } from '../events.ts'
import { openMissingAccounts } from './operator-accounts.ts'

export type WalletToOpen = {
  readonly ownerId: Id<'usr'>
  readonly currency: CurrencyCode
  /** A new one unless it is given, or is that of a closed wallet. */
  readonly id?: Id<'led'>
}

/** Once more where the given id is taken by a closed wallet, and once where one is closed right between two statements. */
const ATTEMPTS_MAX = 3

/**
 * Opens a user's wallet in one currency, and the operator's accounts in that currency where they are missing. Opening it
 * again answers with the same wallet, unless that is closed: then it is another one.
 */
export const openWallet = (db: TenantDb, wallet: WalletToOpen, provenance: Provenance): Promise<LedgerAccount> =>
  inTransaction(db, async (tx) => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const { id: _, ...rest } = wallet
      const opened = await openWithin(tx, attempt === 0 ? wallet : rest, provenance)
      if (opened !== undefined) return opened
    }
    throw new Error(`No wallet in ${wallet.currency} could be opened for ${wallet.ownerId}.`)
  })

async function openWithin(
  tx: Tx,
  { ownerId, currency, id }: WalletToOpen,
  provenance: Provenance,
): Promise<LedgerAccount | undefined> {
  const { now, ...by } = provenance
  await openMissingAccounts(tx, currency, provenance)
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
