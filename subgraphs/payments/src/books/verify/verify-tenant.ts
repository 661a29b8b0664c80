import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { FAULTS_SHOWN_MAX, LEDGER_FAULTS, type LedgerFault } from '@carriergraph/shared/ledger/verify/fault.ts'
import { type LedgerVerdict, type VerifyOptions, verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { findChangedAccounts } from '../../db/changed-accounts.ts'

/** What can be wrong with the books of payments: what the ledger itself finds, and what its accounts are for. */
export const BOOKS_FAULTS = {
  ACCOUNT_CHANGED: 'An account is not whose it was opened for, or has another side or currency, or no known purpose.',
  ...LEDGER_FAULTS,
} as const

type ChangedAccount = { readonly code: 'ACCOUNT_CHANGED'; readonly tenant: string; readonly about: Id<'led'> }

export type BooksVerdict = Omit<LedgerVerdict, 'faults'> & {
  readonly faults: readonly (LedgerFault | ChangedAccount)[]
}

/** The books of one tenant, computed anew, and its accounts as they were opened. */
export async function verifyTenant(
  database: Database,
  { tenant, ...options }: VerifyOptions & { readonly tenant: string },
): Promise<BooksVerdict> {
  const verdict = await verifyLedger(database, { tenant, ...options })
  const ids = await findChangedAccounts(database.forTenant(tenant))
  const changed = ids.slice(0, FAULTS_SHOWN_MAX).map((about) => ({ code: 'ACCOUNT_CHANGED', tenant, about }) as const)
  return { ...verdict, faults: [...verdict.faults, ...changed] }
}
