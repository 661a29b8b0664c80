import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, newId, parseId, toUuid } from '@carriergraph/shared/ids.ts'
import {
  type AccountStatus,
  availableMinor,
  type NormalSide,
  normalBalance,
} from '@carriergraph/shared/ledger/account.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, eq, inArray, isNull, ne } from 'drizzle-orm'
import { ACCOUNT_PURPOSES, type AccountPurpose, isAccountPurpose } from '../domain/account-purpose.ts'

/** An account as it is shown: amounts on its normal side. */
export type LedgerAccount = {
  readonly id: Id<'led'>
  /** Null for the operator's own accounts. */
  readonly ownerId: Id<'usr'> | null
  readonly purpose: AccountPurpose
  readonly normalSide: NormalSide
  readonly status: AccountStatus
  readonly balance: Money
  readonly held: Money
  /** Null for no limit, and then so is what is available. */
  readonly floor: Money | null
  readonly available: Money | null
  readonly createdAt: Date
}

export type NewWallet = {
  readonly id: Id<'led'>
  readonly ownerId: Id<'usr'>
  readonly currency: CurrencyCode
  readonly createdAt: Date
}

/** A closed account is history: there may be another for the same. Two unique indexes say so too (migration 0014). */
export const IS_NOT_CLOSED = ne(ledgerAccount.status, 'CLOSED')

/** Opens a wallet; undefined when its owner has one in that currency that is not closed, or the id is taken. */
export async function insertWallet(tx: Tx, wallet: NewWallet): Promise<LedgerAccount | undefined> {
  const [row] = await tx
    .insert(ledgerAccount)
    .values({ ...wallet, ...openingOf('WALLET') })
    // Of the owner's wallets and of the id: whichever of two alike that come at once is found first, neither may fail.
    .onConflictDoNothing()
    .returning()
  return row && toLedgerAccount(row)
}

/** The wallet of a user that is not closed, of which there is one at the most. */
export async function findWallet(
  db: Db,
  ownerId: Id<'usr'>,
  currency: CurrencyCode,
): Promise<LedgerAccount | undefined> {
  const [row] = await db
    .select()
    .from(ledgerAccount)
    .where(
      and(
        eq(ledgerAccount.ownerId, ownerId),
        eq(ledgerAccount.currency, currency),
        eq(ledgerAccount.purpose, 'WALLET'),
        IS_NOT_CLOSED,
      ),
    )
  return row && toLedgerAccount(row)
}

/** What the operator's own accounts are for. */
export type OperatorPurpose = Exclude<AccountPurpose, 'WALLET'>

/** Those that there are in every currency that there is a wallet in. */
const EVERYWHERE: readonly OperatorPurpose[] = ['FUNDING', 'BILLING_CLEARING']

/** Opens those of the operator's accounts in a currency that are missing. @returns those that are new */
export async function ensureOperatorAccounts(
  tx: Tx,
  currency: CurrencyCode,
  createdAt: Date,
  purposes: readonly OperatorPurpose[] = EVERYWHERE,
): Promise<LedgerAccount[]> {
  const rows = await tx
    .insert(ledgerAccount)
    .values(
      purposes.map((purpose) => ({
        id: newId('led', createdAt),
        ...openingOf(purpose),
        ownerId: null,
        currency,
        createdAt,
      })),
    )
    .onConflictDoNothing()
    .returning()
  return rows.map(toLedgerAccount)
}

function openingOf(purpose: AccountPurpose) {
  const { normalSide, floorMinor } = ACCOUNT_PURPOSES[purpose]
  return { purpose, normalSide, floorMinor }
}

export async function findOperatorAccount(
  db: Db,
  purpose: OperatorPurpose,
  currency: CurrencyCode,
): Promise<LedgerAccount> {
  const [row] = await db
    .select()
    .from(ledgerAccount)
    .where(
      and(
        isNull(ledgerAccount.ownerId),
        eq(ledgerAccount.purpose, purpose),
        eq(ledgerAccount.currency, currency),
        IS_NOT_CLOSED,
      ),
    )
  if (row === undefined) throw new Error(`The operator has no ${purpose} account in ${currency}.`)
  return toLedgerAccount(row)
}

/** Those of the operator's accounts in a currency that are there, by their purpose. */
export async function findOperatorAccountIds(
  db: Db,
  purposes: readonly OperatorPurpose[],
  currency: CurrencyCode,
): Promise<Partial<Record<AccountPurpose, Id<'led'>>>> {
  const rows = await db
    .select({ id: ledgerAccount.id, purpose: ledgerAccount.purpose })
    .from(ledgerAccount)
    .where(
      and(
        isNull(ledgerAccount.ownerId),
        inArray(ledgerAccount.purpose, [...purposes]),
        eq(ledgerAccount.currency, currency),
        IS_NOT_CLOSED,
      ),
    )
  return Object.fromEntries(rows.map(({ id, purpose }) => [purpose, id]))
}

/** Those of the operator's accounts for these purposes that are there in several currencies, by `PURPOSE CURRENCY`. */
export async function findOperatorAccountsIn(
  db: Db,
  purposes: readonly OperatorPurpose[],
  currencies: readonly CurrencyCode[],
): Promise<ReadonlyMap<string, Id<'led'>>> {
  const rows = await db
    .select({ id: ledgerAccount.id, purpose: ledgerAccount.purpose, currency: ledgerAccount.currency })
    .from(ledgerAccount)
    .where(
      and(
        isNull(ledgerAccount.ownerId),
        inArray(ledgerAccount.currency, [...currencies]),
        inArray(ledgerAccount.purpose, [...purposes]),
        IS_NOT_CLOSED,
      ),
    )
  return new Map(rows.map(({ id, purpose, currency }) => [`${purpose} ${currency}`, id]))
}

/** A user's wallets: the ids of later ones are greater. */
export const newestWallets = ordering({
  name: 'User.wallets by newest',
  direction: 'desc',
  by: { id: ledgerAccount.id },
})

export const walletsOfUsers = pagesByParent(newestWallets, ledgerAccount.ownerId, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(ledgerAccount)
    .where(and(where, eq(ledgerAccount.purpose, 'WALLET')))
    .orderBy(...orderBy)
    .limit(limit),
)

const accountsByIds = preparedFor((db) =>
  db.select().from(ledgerAccount).where(amongIds(ledgerAccount.id)).prepare('ledger accounts by id'),
)

/** Those that exist, in any order. */
export async function findLedgerAccounts(db: Db, ids: readonly Id<'led'>[]): Promise<LedgerAccount[]> {
  const rows = await accountsByIds(db).execute({ ids: ids.map(toUuid) })
  return rows.map(toLedgerAccount)
}

/** @param whose only the operator's own count, not wallets */
export async function isAnyFrozen(db: Db, ids: readonly Id<'led'>[], whose?: 'OPERATOR'): Promise<boolean> {
  const accounts = await findLedgerAccounts(db, ids)
  return accounts.some(({ status, ownerId }) => status === 'FROZEN' && (whose === undefined || ownerId === null))
}

export const toLedgerAccount = (row: typeof ledgerAccount.$inferSelect): LedgerAccount => ({
  id: row.id,
  ownerId: row.ownerId === null ? null : parseId('usr', row.ownerId),
  purpose: knownPurpose(row.purpose),
  normalSide: row.normalSide,
  status: row.status,
  balance: money(normalBalance(row), row.currency),
  held: money(row.heldMinor, row.currency),
  floor: row.floorMinor === null ? null : money(row.floorMinor, row.currency),
  available: row.floorMinor === null ? null : money(availableMinor(row), row.currency),
  createdAt: row.createdAt,
})

/** @throws Error for one that no release of ours has stored */
export function knownPurpose(text: string): AccountPurpose {
  if (isAccountPurpose(text)) return text
  throw new Error(`A ledger account has the purpose ${JSON.stringify(text)}, which is not known.`)
}
