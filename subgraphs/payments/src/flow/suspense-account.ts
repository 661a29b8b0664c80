import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { findOperatorAccountIds } from '../db/ledger-accounts.ts'
import { openMissingAccounts, whereNeeded } from './operator-accounts.ts'

/** The operator's account for what has no other place, opened where it is missing. */
export async function suspenseIn(tx: Tx, currency: CurrencyCode, now: Date): Promise<Id<'led'>> {
  const { SUSPENSE: known } = await findOperatorAccountIds(tx, ['SUSPENSE'], currency)
  if (known !== undefined) return known
  await openMissingAccounts(tx, currency, whereNeeded(now), ['SUSPENSE'])
  const { SUSPENSE: opened } = await findOperatorAccountIds(tx, ['SUSPENSE'], currency)
  if (opened === undefined) throw new Error(`There is no suspense account in ${currency}.`)
  return opened
}
