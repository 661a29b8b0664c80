import type { Database } from '@carriergraph/shared/db/pools.ts'
import { LEDGER_FAULTS, type LedgerFault } from '@carriergraph/shared/ledger/verify/fault.ts'
import { type LedgerVerdict, type VerifyOptions, verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { ACCOUNT_FAULTS, type ChangedAccount, findChangedAccounts } from '../../db/changed-accounts.ts'

/** What can be wrong with the books of payments: what the ledger itself finds, and what its accounts are on record as. */
export const BOOKS_FAULTS = { ...ACCOUNT_FAULTS, ...LEDGER_FAULTS } as const

export type BooksVerdict = Omit<LedgerVerdict, 'faults'> & {
  readonly faults: readonly (LedgerFault | ChangedAccount)[]
}

/** The books of one tenant, computed anew, and its accounts held against the journal. */
export async function verifyTenant(
  database: Database,
  { tenant, ...options }: VerifyOptions & { readonly tenant: string },
): Promise<BooksVerdict> {
  const verdict = await verifyLedger(database, { tenant, ...options })
  const { stepRows } = options
  const changed = await findChangedAccounts(database.sql.forTenant(tenant), { tenant, stepRows })
  return { ...verdict, faults: [...verdict.faults, ...changed] }
}
