import { type Database, openDatabase, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import type { BillingAccount } from '../db/billing-accounts.ts'
import { migrateBilling } from '../db/migrate.ts'
import { type Opening, openAccount } from '../db/open-account.ts'
import { type NewTariff, saveTariff } from '../db/tariffs.ts'
import type { AccountTerms } from '../domain/account.ts'
import type { Usage } from '../domain/usage.ts'

export const NOW = new Date('2026-11-21T12:00:00.000Z')
export const BY = { now: NOW, actor: 'svc:test', correlationId: 'test-correlation' }
export const ADA = '4915550000001'
export const BRUNO = '4915550000002'

/** A database of billing's own with one tariff: voice 0.10 EUR a started minute, data 0.005 EUR a started megabyte. */
export type BillingDatabase = AsyncDisposable & {
  readonly url: string
  readonly database: Database
  readonly db: TenantDb
  readonly tariff: NewTariff
  /** An account of 10.00 EUR with a threshold of 5.00 EUR, if nothing else is said. */
  open(msisdn: string, terms?: Partial<AccountTerms>, opening?: Opening): Promise<BillingAccount>
}

export async function createBillingDatabase(tenant = 'demo'): Promise<BillingDatabase> {
  const clone = await createTestDatabase({ name: 'billing', migrate: migrateBilling })
  const log = createLog({ service: 'billing', level: 'silent' })
  const database = openDatabase({ url: clone.url, applicationName: 'billing-test', log })
  const db = database.forTenant(tenant)
  await saveTariff(db, TARIFF, NOW)
  return {
    url: clone.url,
    database,
    db,
    tariff: TARIFF,
    async open(msisdn, terms = {}, opening = { balanceMinor: 1_000n }) {
      const account = await openAccount(db, termsOf(msisdn, terms), opening, BY)
      if (!account.ok) throw new Error(account.message)
      return account.value
    },
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 5 })
      await clone.drop()
    },
  }
}

/** A call of so many started minutes, or whatever else is said. */
export const usage = (recordId: string, change: Partial<Usage> = {}): Usage => ({
  recordId,
  msisdn: ADA,
  usageType: 'VOICE',
  quantity: 60,
  startedAt: new Date('2026-11-21T09:30:00.000Z'),
  ...change,
})

const TARIFF: NewTariff = {
  id: namedId('trf', 'test'),
  name: 'Test',
  currency: 'EUR',
  rates: [
    { usageType: 'VOICE', blockSize: 60, pricePerBlock: '0.10' },
    { usageType: 'DATA', blockSize: 1024 * 1024, pricePerBlock: '0.005' },
  ],
}

export const termsOf = (msisdn: string, change: Partial<AccountTerms>): AccountTerms => ({
  ownerId: ownerOf(msisdn),
  paymentMode: 'PREPAID',
  msisdn,
  tariffId: TARIFF.id,
  currency: 'EUR',
  creditLimitMinor: 0n,
  lowBalanceThresholdMinor: 500n,
  ...change,
})

export const ownerOf = (msisdn: string): Id<'usr'> => namedId('usr', msisdn)
