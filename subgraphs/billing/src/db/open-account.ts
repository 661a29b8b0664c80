import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { eq } from 'drizzle-orm'
import { type AccountTerms, sameTerms } from '../domain/account.ts'
import { eventOf } from '../events.ts'
import type { BillingAccount } from './billing-accounts.ts'
import { balanceEntries } from './tables/balance-entries.ts'
import { billingAccounts } from './tables/billing-accounts.ts'

export type Opening = {
  /** A new id where there is none. */
  readonly id?: Id<'acc'>
  /** What the account begins with, in minor units; zero where there is nothing to take over. */
  readonly balanceMinor?: bigint
}

/**
 * Opens an account with its first balance entry. Opening it again on the same terms answers with the account that is
 * there, whatever has happened to its balance since; so does the slower one of two that come at once.
 */
export function openAccount(
  db: TenantDb,
  terms: AccountTerms,
  { id = newId('acc'), balanceMinor = 0n }: Opening,
  provenance: Provenance,
): Promise<Outcome<BillingAccount, 'MSISDN_TAKEN'>> {
  return inTransaction(db, async (tx) => {
    const [opened] = await tx
      .insert(billingAccounts)
      .values({ id, ...terms, balanceMinor, entrySequence: 1n, version: 1, createdAt: provenance.now })
      // Of the id and of the number: whichever of two alike that come at once is found first, neither may fail.
      .onConflictDoNothing()
      .returning()
    if (opened === undefined) return existing(tx, id, terms)
    await recordOpening(tx, opened, provenance)
    return ok(opened)
  })
}

async function existing(tx: Tx, id: Id<'acc'>, terms: AccountTerms): Promise<Outcome<BillingAccount, 'MSISDN_TAKEN'>> {
  const [account] = await tx.select().from(billingAccounts).where(eq(billingAccounts.msisdn, terms.msisdn))
  if (account === undefined) throw new Error(`The id ${id} belongs to the account of another number.`)
  if (sameTerms(account, terms)) return ok(account)
  return refuse('MSISDN_TAKEN', 'The number belongs to an account with other particulars.', ['msisdn'])
}

async function recordOpening(tx: Tx, account: BillingAccount, { now, ...by }: Provenance): Promise<void> {
  await tx.insert(balanceEntries).values({
    accountId: account.id,
    sequence: account.entrySequence,
    kind: 'OPENING',
    amountMinor: account.balanceMinor,
    balanceAfterMinor: account.balanceMinor,
    reference: account.id,
    recordedAt: now,
  })
  await appendToJournal(tx, {
    aggregate: { type: 'account', id: account.id },
    version: account.version,
    ...eventOf('account.opened', {
      accountId: account.id,
      ownerId: account.ownerId,
      currency: account.currency,
      paymentMode: account.paymentMode,
      openedAt: now.toISOString(),
    }),
    ...by,
    occurredAt: now,
  })
}
