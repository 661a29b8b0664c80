import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { createLog, type Log } from '@carriergraph/shared/log.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { createTestDatabase, type TestDatabase } from '@carriergraph/shared/testing/database.ts'
import { rememberBillingAccount } from '../db/billing-accounts.ts'
import { insertWallet } from '../db/ledger-accounts.ts'
import { MIGRATIONS_FOLDER } from '../db/migrations.ts'
import { deposit } from '../flow/deposit.ts'
import { openMissingAccounts, whereNeeded } from '../flow/operator-accounts.ts'

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
  const books = { tenant, db: database.forTenant(tenant) }
  await inTransaction(books.db, async (tx) => {
    await openMissingAccounts(tx, currency, whereNeeded(now))
    await insertWallet(tx, { id: purse.walletId, ownerId: purse.userId, currency, createdAt: now })
    await rememberBillingAccount(tx, { id: purse.billingAccountId, ownerId: purse.userId, currency, openedAt: now })
  })
  if (minor === 0n) return purse
  const { walletId } = purse
  const toDeposit = { transferId: newId('tfr'), walletId, amount: { minor, currency }, reference: 'test' }
  await deposit(new Ledgers(() => now), books, toDeposit)
  return purse
}
