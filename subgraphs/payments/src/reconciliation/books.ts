import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { violatesUnique } from '@carriergraph/shared/db/sql-error.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount, openLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { BookRole } from './postings.ts'

/** What reconciliation needs of a tenant's books. */
export type ReconciliationBooks = {
  /** Its own account of the operator, opened where it is missing. Of BANK, one for each bank account. */
  accountOf(role: BookRole, bankAccount: string, currency: CurrencyCode): Promise<Id<'led'>>
  /** Posts once: asked for again under the same transfer id, it answers as the first time. */
  post(order: TransferOrder): Promise<Posting>
}

/** Assets and expenses grow on the debit side; what is in suspense is owed to somebody until it is known to whom. */
const NORMAL_SIDES = {
  BANK: 'DEBIT',
  SUSPENSE: 'CREDIT',
  BANK_FEES: 'DEBIT',
  WRITE_OFFS: 'DEBIT',
} as const satisfies Record<BookRole, 'DEBIT' | 'CREDIT'>

/** The books of a tenant in the ledger engine. */
export function ledgerBooks(
  ledger: Pick<Ledger, 'post'>,
  { tenant, db }: { readonly tenant: string; readonly db: TenantDb },
  now: () => Date,
): ReconciliationBooks {
  const opened = new Set<Id<'led'>>()
  return {
    post: (order) => ledger.post(order),
    async accountOf(role, bankAccount, currency) {
      const id = bookAccountId({ tenant, role, bankAccount, currency })
      if (opened.has(id)) return id
      const isThere = (await findLedgerAccount(db, id)) !== undefined
      if (!isThere) await open(db, { id, role, currency, now: now() })
      opened.add(id)
      return id
    },
  }
}

type BookAccount = {
  readonly tenant: string
  readonly role: BookRole
  readonly bankAccount: string
  readonly currency: CurrencyCode
}

/** The same for the same tenant, role and currency, and for BANK the same bank account. */
export const bookAccountId = ({ tenant, role, bankAccount, currency }: BookAccount): Id<'led'> =>
  namedId('led', `${tenant} ${role} ${currency}${role === 'BANK' ? ` ${bankAccount}` : ''}`)

/** An overdraft of the operator's own accounts is a fact, and nothing for the ledger to refuse: they have no floor. */
async function open(
  db: TenantDb,
  { id, role, currency, now }: { id: Id<'led'>; role: BookRole; currency: CurrencyCode; now: Date },
): Promise<void> {
  const account = { id, normalSide: NORMAL_SIDES[role], currency, floorMinor: null, ownerId: null, purpose: role }
  try {
    await openLedgerAccount(db, { ...account, createdAt: now })
  } catch (error) {
    // Another process was faster.
    if (!violatesUnique(error, 'ledger_account_key')) throw error
  }
}
