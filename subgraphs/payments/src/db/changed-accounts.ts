import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { journal } from '@carriergraph/shared/journal/table.ts'
import type { LedgerAccount } from '@carriergraph/shared/ledger/account.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { ACCOUNT_PURPOSES, isAccountPurpose } from '../domain/account-purpose.ts'

/** Accounts that are looked at in one step: two short statements, however many there are. */
const STEP_ROWS = 5_000

type Account = Pick<LedgerAccount, 'id' | 'purpose' | 'normalSide' | 'ownerId' | 'currency'>

/**
 * The accounts of the connection's tenant that are not whose, or not what, they were opened as: by what their purpose
 * demands, and by what the journal says of wallets. No entry and no seal says whose an account is.
 */
export async function findChangedAccounts(db: Db): Promise<Id<'led'>[]> {
  const changed: Id<'led'>[] = []
  let after: Id<'led'> | undefined
  for (;;) {
    const { id, purpose, normalSide, ownerId, currency } = ledgerAccount
    const accounts = await db
      .select({ id, purpose, normalSide, ownerId, currency })
      .from(ledgerAccount)
      .where(after && gt(id, after))
      .orderBy(asc(id))
      .limit(STEP_ROWS)
    const opened = await openingsOf(db, accounts)
    changed.push(...accounts.filter((account) => !isAsOpened(account, opened.get(account.id))).map((one) => one.id))
    after = accounts.at(-1)?.id
    if (accounts.length < STEP_ROWS) return changed
  }
}

type Opening = { readonly ownerId: unknown; readonly currency: unknown }

/** What the journal says of the wallets among them, by their ids. */
async function openingsOf(db: Db, accounts: readonly Account[]): Promise<ReadonlyMap<string, Opening>> {
  const ids = accounts.flatMap(({ id, purpose }) => (purpose === 'WALLET' ? [id] : []))
  const rows = await db
    .select({ id: journal.aggregateId, data: journal.data })
    .from(journal)
    .where(
      and(
        eq(journal.aggregateType, 'wallet'),
        eq(journal.version, 1),
        sql`${journal.aggregateId} in (select unnest(${sql.param(ids)}::text[]))`,
      ),
    )
  return new Map(rows.map(({ id, data: { ownerId, currency } }) => [id, { ownerId, currency }]))
}

function isAsOpened({ purpose, normalSide, ownerId, currency }: Account, opening: Opening | undefined): boolean {
  if (!isAccountPurpose(purpose)) return false
  const rules = ACCOUNT_PURPOSES[purpose]
  if (normalSide !== rules.normalSide || (ownerId === null) !== (rules.owner === 'OPERATOR')) return false
  return opening === undefined || (opening.ownerId === ownerId && opening.currency === currency)
}
