import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { and, asc, eq, gt, inArray, isNull, not, or, type SQL, sql } from 'drizzle-orm'
import type { UnappliedMoney } from '../domain/unapplied.ts'
import type { CaseState, UnappliedCase } from '../domain/unapplied-case.ts'
import { type UnappliedCaseRow, unappliedCase } from './tables/unapplied-case.ts'
import { type UnappliedMoneyRow, unappliedMoney } from './tables/unapplied-money.ts'

/** @param isSuspended false where the ledger is yet to bring it into suspense */
export async function insertUnapplied(
  tx: Tx,
  { amount, ...unapplied }: UnappliedMoney,
  isSuspended: boolean,
): Promise<void> {
  await tx.insert(unappliedMoney).values({ ...unapplied, amountMinor: amount.minor, currency: amount.currency })
  if (!isSuspended) await tx.insert(unappliedCase).values({ id: unapplied.id, isSuspended })
}

const casesWhere = (db: Db, where: SQL | undefined) =>
  db
    .select({ what: unappliedMoney, its: unappliedCase })
    .from(unappliedMoney)
    .leftJoin(unappliedCase, eq(unappliedCase.id, unappliedMoney.id))
    .where(where)

/** Of these payments and remittances, oldest first. */
export async function findUnapplied(
  db: Db,
  references: readonly UnappliedMoney['reference'][],
): Promise<UnappliedCase[]> {
  const rows = await casesWhere(db, inArray(unappliedMoney.reference, [...references])).orderBy(asc(unappliedMoney.id))
  return rows.map(toCase)
}

/** Those that exist, in any order. */
export async function findCases(db: Db, ids: readonly Id<'uam'>[]): Promise<UnappliedCase[]> {
  return (await casesWhere(db, inArray(unappliedMoney.id, [...ids]))).map(toCase)
}

/**
 * A case that exists, held until the transaction ends. Whoever also holds the row of its payment or remittance has locked
 * that first.
 */
export async function lockCase(tx: Tx, id: Id<'uam'>): Promise<UnappliedCase> {
  await tx.insert(unappliedCase).values({ id }).onConflictDoNothing()
  await tx.select({ id: unappliedCase.id }).from(unappliedCase).where(eq(unappliedCase.id, id)).for('no key update')
  // Read behind the lock: what it was before is what whoever held it has left.
  const [locked] = await findCases(tx, [id])
  if (locked === undefined) throw new Error(`${id} is not there.`)
  return locked
}

/** The case in which what has come of this payment stands, held until the transaction ends; undefined where there is none. */
export async function lockKept(tx: Tx, reference: Id<'pay'>): Promise<UnappliedCase | undefined> {
  const found = (await findUnapplied(tx, [reference])).find(
    ({ direction, place }) => direction === 'IN' && place === 'SUSPENSE',
  )
  return found && lockCase(tx, found.id)
}

/** What changes of a case. */
export type CaseChange = Partial<Omit<UnappliedCase, keyof UnappliedMoney>>

/** Stores what has changed of a case, which the caller holds. */
export async function updateCase(tx: Tx, id: Id<'uam'>, change: CaseChange): Promise<void> {
  await tx.update(unappliedCase).set(change).where(eq(unappliedCase.id, id))
}

const IS_PENDING = or(
  not(unappliedCase.isSuspended),
  and(eq(unappliedCase.state, 'RESOLVING'), isNull(unappliedCase.refundId)),
)

/**
 * Tenants with cases that the ledger has to follow.
 * @param system the connections that see every tenant
 */
export async function tenantsWithPendingCases(system: Db): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: unappliedCase.tenantId })
    .from(unappliedCase)
    .where(IS_PENDING)
    .orderBy(asc(unappliedCase.tenantId))
  return rows.map(({ tenant }) => tenant)
}

/** Cases that the ledger has to follow, in a fixed order, from behind `after`. */
export async function findPendingCases(
  db: TenantDb,
  { after, limit }: { readonly after: Id<'uam'> | undefined; readonly limit: number },
): Promise<Id<'uam'>[]> {
  const rows = await db
    .select({ id: unappliedCase.id })
    .from(unappliedCase)
    .where(and(IS_PENDING, after && gt(unappliedCase.id, after)))
    .orderBy(asc(unappliedCase.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Ids carry the time at which they were made. */
export const newestUnapplied = ordering({
  name: 'unapplied money by newest',
  direction: 'desc',
  by: { id: unappliedMoney.id },
})

export async function listUnapplied(
  db: Db,
  page: Page<typeof newestUnapplied.by>,
  state: CaseState | undefined,
): Promise<Connection<UnappliedCase>> {
  const { where, orderBy, limit } = keyset(page)
  const inState = state === undefined ? undefined : sql`coalesce(${unappliedCase.state}, 'OPEN') = ${state}`
  const rows = await casesWhere(db, and(where, inState))
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toCase), page)
}

type CaseRow = { readonly what: UnappliedMoneyRow; readonly its: UnappliedCaseRow | null }

/** What nobody has looked at. */
const UNTOUCHED = {
  state: 'OPEN',
  version: 1,
  isSuspended: true,
  returnedMinor: 0n,
  resolution: null,
  walletId: null,
  refundId: null,
  attempt: 0,
  refusal: null,
  requestedBy: null,
  requestedAt: null,
  requestReason: null,
  approvedBy: null,
  approvedAt: null,
  resolvedAt: null,
} as const satisfies Omit<UnappliedCase, keyof UnappliedMoney>

function toCase({ what: { tenantId: _, amountMinor, currency, ...what }, its }: CaseRow): UnappliedCase {
  const recorded = { ...what, amount: money(amountMinor, currency) }
  if (its === null) return { ...recorded, ...UNTOUCHED }
  const { tenantId: __, id: ___, ...standing } = its
  return { ...recorded, ...standing }
}
