import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { findOperatorAccountsIn, type OperatorPurpose } from '../db/ledger-accounts.ts'
import { openMissingAccounts, whereNeeded } from '../flow/operator-accounts.ts'
import type { RemittanceAccounts } from './orders.ts'

const SOURCE_PURPOSES = ['FX', 'FEE_INCOME', 'FX_INCOME', 'SUSPENSE'] as const satisfies readonly OperatorPurpose[]
const TARGET_PURPOSES = [
  'FX',
  'REMITTANCE_CLEARING',
  'RAIL_CLEARING',
  'BANK_FEES',
  'SUSPENSE',
] as const satisfies readonly OperatorPurpose[]

/** The operator's accounts that a remittance goes by; those that are missing are opened. */
export async function remittanceAccounts(
  db: TenantDb,
  { sourceCurrency, targetCurrency }: { readonly sourceCurrency: CurrencyCode; readonly targetCurrency: CurrencyCode },
  now: Date,
): Promise<RemittanceAccounts> {
  const known = await find(db, [sourceCurrency, targetCurrency])
  const isMissing = (currency: CurrencyCode) => (purpose: OperatorPurpose) => !known.has(`${purpose} ${currency}`)
  const missing = [
    [sourceCurrency, SOURCE_PURPOSES.filter(isMissing(sourceCurrency))],
    [targetCurrency, TARGET_PURPOSES.filter(isMissing(targetCurrency))],
  ] as const
  if (missing.every(([, purposes]) => purposes.length === 0)) return named(known, sourceCurrency, targetCurrency)
  await inTransaction(db, async (tx) => {
    for (const [currency, purposes] of missing)
      if (purposes.length > 0) await openMissingAccounts(tx, currency, whereNeeded(now), purposes)
  })
  return named(await find(db, [sourceCurrency, targetCurrency]), sourceCurrency, targetCurrency)
}

const find = (db: TenantDb, currencies: readonly CurrencyCode[]) =>
  findOperatorAccountsIn(db, [...SOURCE_PURPOSES, ...TARGET_PURPOSES], currencies)

function named(known: ReadonlyMap<string, Id<'led'>>, source: CurrencyCode, target: CurrencyCode): RemittanceAccounts {
  const account = (purpose: OperatorPurpose, currency: CurrencyCode): Id<'led'> => {
    const id = known.get(`${purpose} ${currency}`)
    if (id === undefined) throw new Error(`The operator has no ${purpose} account in ${currency}.`)
    return id
  }
  return {
    sourceFxId: account('FX', source),
    sourceFeesId: account('FEE_INCOME', source),
    sourceGainsId: account('FX_INCOME', source),
    sourceSuspenseId: account('SUSPENSE', source),
    targetFxId: account('FX', target),
    clearingId: account('REMITTANCE_CLEARING', target),
    railId: account('RAIL_CLEARING', target),
    bankFeesId: account('BANK_FEES', target),
    suspenseId: account('SUSPENSE', target),
  }
}
