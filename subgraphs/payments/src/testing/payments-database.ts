import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { type Database, openDatabase, type Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { createLog, type Log } from '@carriergraph/shared/log.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { createTestDatabase, type TestDatabase } from '@carriergraph/shared/testing/database.ts'
import { rememberBillingAccount } from '../db/billing-accounts.ts'
import { ensureOperatorAccounts, findOperatorAccount, insertWallet } from '../db/ledger-accounts.ts'
import { MIGRATIONS_FOLDER } from '../db/migrations.ts'
import { postTransfer } from '../db/post-transfer.ts'

export const silent: Log = createLog({ service: 'payments', level: 'silent' })

/** A migrated database of one's own. */
export const createPaymentsTestDatabase = (): Promise<TestDatabase> =>
  createTestDatabase({ name: 'payments', migrate: (url) => migrate({ url, migrationsFolder: MIGRATIONS_FOLDER }) })

export type PaymentsDatabase = AsyncDisposable & { readonly database: Database }

export async function openPaymentsDatabase(): Promise<PaymentsDatabase> {
  const test = await createPaymentsTestDatabase()
  const database = openDatabase({ url: test.url, applicationName: 'payments-test', log: silent })
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 1 })
      await test.drop()
    },
  }
}

export type Purse = {
  readonly tenant: string
  readonly userId: Id<'usr'>
  readonly walletId: Id<'led'>
  readonly billingAccountId: Id<'acc'>
}

/** A new user with a wallet that holds `minor` units, and a billing account in the same currency. */
export async function givenPurse(
  database: Database,
  { tenant, minor, currency = 'EUR', now }: { tenant: string; minor: bigint; currency?: CurrencyCode; now: Date },
): Promise<Purse> {
  const purse = { tenant, userId: newId('usr'), walletId: newId('led'), billingAccountId: newId('acc') }
  await inTransaction(database.forTenant(tenant), async (tx) => {
    await ensureOperatorAccounts(tx, currency, now)
    await insertWallet(tx, { id: purse.walletId, ownerId: purse.userId, currency, createdAt: now })
    await rememberBillingAccount(tx, { id: purse.billingAccountId, ownerId: purse.userId, currency, openedAt: now })
    if (minor > 0n) await deposit(tx, { walletId: purse.walletId, minor, currency, now })
  })
  return purse
}

/** Money from outside, as a transfer from the operator's funding. */
export async function deposit(
  tx: Tx,
  { walletId, minor, currency, now }: { walletId: Id<'led'>; minor: bigint; currency: CurrencyCode; now: Date },
): Promise<void> {
  const funding = await findOperatorAccount(tx, 'FUNDING', currency)
  const posted = await postTransfer(tx, {
    id: newId('tfr'),
    sourceId: funding.id,
    destinationId: walletId,
    amountMinor: minor,
    currency,
    reference: 'test deposit',
    postedAt: now,
  })
  if (!posted.ok) throw new Error(posted.code)
}
