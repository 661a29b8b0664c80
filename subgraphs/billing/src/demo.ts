import { runDemo } from '@carriergraph/shared/command/run-demo.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import type { BillingAccount } from './db/billing-accounts.ts'
import { chargeUsage } from './db/charge-usage.ts'
import { openAccount } from './db/open-account.ts'
import { type NewTariff, saveTariff } from './db/tariffs.ts'
import type { AccountTerms } from './domain/account.ts'
import type { Usage } from './domain/usage.ts'

const MEGABYTE = 1_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const PREPAID: NewTariff = {
  id: namedId('trf', 'demo/prepaid'),
  name: 'Prepaid by the minute',
  currency: 'EUR',
  rates: [
    { usageType: 'VOICE', blockSize: 60, pricePerBlock: '0.09' },
    { usageType: 'DATA', blockSize: MEGABYTE, pricePerBlock: '0.01' },
    { usageType: 'SMS', blockSize: 1, pricePerBlock: '0.07' },
  ],
}

const POSTPAID: NewTariff = {
  id: namedId('trf', 'demo/postpaid'),
  name: 'Postpaid by the second',
  currency: 'EUR',
  rates: [
    { usageType: 'VOICE', blockSize: 1, pricePerBlock: '0.0012' },
    { usageType: 'DATA', blockSize: MEGABYTE, pricePerBlock: '0.004' },
    { usageType: 'SMS', blockSize: 1, pricePerBlock: '0.05' },
  ],
}

type DemoAccount = {
  /** Of the user and of the account; the other subgraphs' demo data names people by the same keys. */
  readonly key: string
  readonly msisdn: string
  readonly tariff: NewTariff
  /** In cents. */
  readonly opening: bigint
  readonly creditLimit: bigint
  readonly threshold: bigint
  /** The newest is the first that the traffic simulator uses hard; its threshold is near its balance. */
  readonly openedDaysAgo: number
}

const ACCOUNTS: readonly DemoAccount[] = [
  account('ada', '4915550000001', { tariff: POSTPAID, opening: 0n, creditLimit: 100_00n, threshold: 20_00n }, 50),
  account('bruno', '4915550000002', { opening: 20_00n, threshold: 15_00n }, 10),
  account('chen', '4915550000003', { opening: 8_00n, threshold: 5_00n }, 20),
  account('dana', '4915550000004', { opening: 50_00n, threshold: 10_00n }, 30),
  account('elif', '4915550000005', { opening: 5_00n, threshold: 2_00n }, 40),
]

function account(
  key: string,
  msisdn: string,
  terms: Pick<DemoAccount, 'opening' | 'threshold'> & Partial<DemoAccount>,
  openedDaysAgo: number,
): DemoAccount {
  return { key, msisdn, tariff: PREPAID, creditLimit: 0n, openedDaysAgo, ...terms }
}

/**
 * Two tariffs, an account for each customer of the demo, and a little usage of each. What is there stays as it is: ids
 * are fixed, and the usage is told by the time at which the account was opened, so that it is the same every time.
 */
export async function loadDemo(db: TenantDb, now: Date): Promise<void> {
  for (const tariff of [PREPAID, POSTPAID]) await saveTariff(db, tariff, now)
  for (const demo of ACCOUNTS) {
    const by = { actor: 'svc:demo', correlationId: 'demo', now: new Date(now.getTime() - demo.openedDaysAgo * DAY_MS) }
    const opening = { id: namedId('acc', `demo/${demo.key}`), balanceMinor: demo.opening }
    const opened = await openAccount(db, termsOf(demo), opening, by)
    if (!opened.ok) throw new Error(opened.message)
    await chargeUsage(db, usageOf(demo.key, opened.value), { ...by, now })
  }
}

const termsOf = ({ key, msisdn, tariff, creditLimit, threshold }: DemoAccount): AccountTerms => ({
  ownerId: namedId('usr', `demo/${key}`),
  paymentMode: tariff === POSTPAID ? 'POSTPAID' : 'PREPAID',
  msisdn,
  tariffId: tariff.id,
  currency: tariff.currency,
  creditLimitMinor: creditLimit,
  lowBalanceThresholdMinor: threshold,
})

/** A call, a data session and a message a day, for three days. */
function usageOf(key: string, { msisdn, createdAt }: BillingAccount): Usage[] {
  return [1, 2, 3].flatMap((day) => {
    const at = (hours: number) => new Date(createdAt.getTime() + day * DAY_MS + hours * HOUR_MS)
    const record = (name: string) => ({ recordId: `demo-${key}-${day}-${name}`, msisdn })
    return [
      { ...record('call'), usageType: 'VOICE' as const, quantity: 55 * day, startedAt: at(8) },
      { ...record('session'), usageType: 'DATA' as const, quantity: 1_300_000 * day, startedAt: at(12) },
      { ...record('message'), usageType: 'SMS' as const, quantity: 1, startedAt: at(18) },
    ]
  })
}

if (import.meta.main) await runDemo({ service: 'billing', command: 'billing-demo', table: 'usage_record' }, loadDemo)
