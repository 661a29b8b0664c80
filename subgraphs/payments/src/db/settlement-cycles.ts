import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { and, asc, count, eq, inArray, lte, or, sql } from 'drizzle-orm'
import type { RailName } from '../rails/rail.ts'
import type { CycleReversal, SettlementCycle } from '../settlement/cycle.ts'
import type { Obligation, Position } from '../settlement/netting.ts'
import type { Pair } from '../settlement/orders.ts'
import { type SettlementCycleRow, settlementCycle } from './tables/settlement-cycle.ts'
import { settlementItem } from './tables/settlement-item.ts'
import { settlementPosition } from './tables/settlement-position.ts'

/** What is cleared, with the cycle that it is in. */
export type SettlementItem = Obligation & { readonly reference: string; readonly cycleId: Id<'cyc'> }

/**
 * The cycle as it stands, which stays so until the transaction ends: for `share`, others may enter items as well; for
 * `no key update`, nobody may.
 */
export async function lockCycle(
  tx: Tx,
  id: Id<'cyc'>,
  strength: 'share' | 'no key update',
): Promise<SettlementCycle | undefined> {
  const [row] = await tx.select().from(settlementCycle).where(eq(settlementCycle.id, id)).for(strength)
  return row && toCycle(row)
}

export async function findCycle(db: Db, id: Id<'cyc'>): Promise<SettlementCycle | undefined> {
  const [cycle] = await findCycles(db, [id])
  return cycle
}

/** Those that exist, in any order. */
export async function findCycles(db: Db, ids: readonly Id<'cyc'>[]): Promise<SettlementCycle[]> {
  const rows = await db
    .select()
    .from(settlementCycle)
    .where(inArray(settlementCycle.id, [...ids]))
  return rows.map(toCycle)
}

/**
 * Open cycles that are past their cut-off, closed ones that are to be settled by that day, where one is given, and those that
 * two people have taken back, the eldest first: all of them, a page at a time, as those that the ledger refuses stay due.
 */
export async function* findDueCycles(
  db: TenantDb,
  rail: RailName,
  currency: CurrencyCode,
  now: Date,
  settledUntil: string | undefined,
): AsyncGenerator<SettlementCycle> {
  const { cutOffAt, id } = settlementCycle
  const isOne = and(eq(settlementCycle.rail, rail), eq(settlementCycle.currency, currency), isDue(now, settledUntil))
  const pageAfter = (last: SettlementCycle | undefined) =>
    db
      .select()
      .from(settlementCycle)
      .where(
        and(
          isOne,
          last && sql`(${cutOffAt}, ${id}) > (${last.cutOffAt.toISOString()}::timestamptz, ${toUuid(last.id)}::uuid)`,
        ),
      )
      .orderBy(asc(cutOffAt), asc(id))
      .limit(DUE_CYCLES_PAGE)
  let last: SettlementCycle | undefined
  do {
    const page = (await pageAfter(last)).map(toCycle)
    yield* page
    last = page.at(-1)
  } while (last !== undefined)
}

const isDue = (now: Date, settledUntil: string | undefined) =>
  or(
    and(eq(settlementCycle.state, 'OPEN'), lte(settlementCycle.cutOffAt, now)),
    settledUntil === undefined
      ? undefined
      : and(eq(settlementCycle.state, 'CLOSED'), lte(settlementCycle.settlementDate, settledUntil)),
    eq(settlementCycle.state, 'REVERSING'),
  )

/** Whose cycles of which rail and currency are due. */
export type DueSettlement = {
  readonly tenant: string
  readonly rail: RailName
  readonly currency: SettlementCycle['currency']
}

/**
 * Also those of currencies that are not settled today.
 * @param system the connections that see every tenant
 */
export const findDueSettlements = (system: TenantDb, now: Date, today: string): Promise<DueSettlement[]> =>
  system
    .selectDistinct({
      tenant: settlementCycle.tenantId,
      rail: settlementCycle.rail,
      currency: settlementCycle.currency,
    })
    .from(settlementCycle)
    .where(isDue(now, today))
    .orderBy(settlementCycle.tenantId, settlementCycle.rail, settlementCycle.currency)

/** In memory at once. */
const DUE_CYCLES_PAGE = 100

/** Stores where a cycle stands, whose row the caller holds. */
export async function updateCycle(tx: Tx, cycle: SettlementCycle): Promise<void> {
  const { id, state, version, attempt, reversalAttempt, refusal, reversal, changedAt } = cycle
  await tx
    .update(settlementCycle)
    .set({
      state,
      version,
      attempt,
      reversalAttempt,
      refusalCode: refusal?.code ?? null,
      refusalAccountId: refusal?.accountId ?? null,
      reversalRequestedBy: reversal?.requestedBy ?? null,
      reversalRequestedAt: reversal?.requestedAt ?? null,
      reversalReason: reversal?.reason ?? null,
      reversalApprovedBy: reversal?.approval?.approvedBy ?? null,
      reversalApprovedAt: reversal?.approval?.approvedAt ?? null,
      changedAt,
    })
    .where(eq(settlementCycle.id, id))
}

export async function findItem(db: Db, reference: string): Promise<SettlementItem | undefined> {
  const [row] = await db.select().from(settlementItem).where(eq(settlementItem.reference, reference))
  return row
}

/** False where something was entered under this reference. */
export async function insertItem(tx: Tx, item: SettlementItem, enteredAt: Date): Promise<boolean> {
  const rows = await tx
    .insert(settlementItem)
    .values({ ...item, enteredAt })
    .onConflictDoNothing()
    .returning({ reference: settlementItem.reference })
  return rows.length === 1
}

const ofCycle = (id: Id<'cyc'>) => eq(settlementItem.cycleId, id)

export async function hasPair(db: Db, id: Id<'cyc'>, { debtorId, creditorId }: Pair): Promise<boolean> {
  const rows = await db
    .select({ one: sql`1` })
    .from(settlementItem)
    .where(and(ofCycle(id), eq(settlementItem.debtorId, debtorId), eq(settlementItem.creditorId, creditorId)))
    .limit(1)
  return rows.length === 1
}

/** Who owes whom in a cycle. */
export const findPairs = (db: Db, id: Id<'cyc'>): Promise<Pair[]> =>
  db
    .selectDistinct({ debtorId: settlementItem.debtorId, creditorId: settlementItem.creditorId })
    .from(settlementItem)
    .where(ofCycle(id))

/** What the items of a cycle come to for one pair. */
export type PairObligation = Obligation & { readonly cycleId: Id<'cyc'>; readonly items: number }

/** What the items of these cycles come to for each pair, exactly. */
export async function findObligations(db: Db, ids: readonly Id<'cyc'>[]): Promise<PairObligation[]> {
  const { cycleId, debtorId, creditorId } = settlementItem
  const rows = await db
    .select({
      cycleId,
      items: count(),
      debtorId,
      creditorId,
      // The sum of bigints is numeric, which comes as text.
      amount: sql<string>`sum(${settlementItem.amountMinor})::text`,
      fee: sql<string>`sum(${settlementItem.feeMinor})::text`,
    })
    .from(settlementItem)
    .where(inArray(cycleId, [...ids]))
    .groupBy(cycleId, debtorId, creditorId)
    .orderBy(cycleId, debtorId, creditorId)
  return rows.map(({ amount, fee, ...pair }) => ({ ...pair, amountMinor: BigInt(amount), feeMinor: BigInt(fee) }))
}

export async function insertPositions(tx: Tx, cycleId: Id<'cyc'>, positions: readonly Position[]): Promise<void> {
  if (positions.length > 0) await tx.insert(settlementPosition).values(positions.map((each) => ({ cycleId, ...each })))
}

/** Of these cycles, each with its participants in the order of their accounts. */
export const findPositions = (db: Db, ids: readonly Id<'cyc'>[]): Promise<(Position & { cycleId: Id<'cyc'> })[]> =>
  db
    .select({
      cycleId: settlementPosition.cycleId,
      accountId: settlementPosition.accountId,
      paysMinor: settlementPosition.paysMinor,
      receivesMinor: settlementPosition.receivesMinor,
      feesMinor: settlementPosition.feesMinor,
    })
    .from(settlementPosition)
    .where(inArray(settlementPosition.cycleId, [...ids]))
    .orderBy(asc(settlementPosition.cycleId), asc(settlementPosition.accountId))

export const toCycle = (row: SettlementCycleRow): SettlementCycle => ({
  id: row.id,
  rail: row.rail,
  currency: row.currency,
  day: row.day,
  number: row.number,
  cutOffAt: row.cutOffAt,
  settlementDate: row.settlementDate,
  netting: row.netting,
  accounts: { settlementId: row.settlementAccountId, feesId: row.feesAccountId },
  state: row.state,
  version: row.version,
  attempt: row.attempt,
  reversalAttempt: row.reversalAttempt,
  refusal:
    row.refusalCode === null || row.refusalAccountId === null
      ? null
      : { code: row.refusalCode, accountId: row.refusalAccountId },
  reversal: reversalOf(row),
  openedAt: row.openedAt,
  changedAt: row.changedAt,
})

function reversalOf(row: SettlementCycleRow): CycleReversal | null {
  const { reversalRequestedBy: requestedBy, reversalRequestedAt: requestedAt, reversalReason: reason } = row
  const { reversalApprovedBy: approvedBy, reversalApprovedAt: approvedAt } = row
  if (requestedBy === null || requestedAt === null || reason === null) return null
  const approval = approvedBy === null || approvedAt === null ? null : { approvedBy, approvedAt }
  return { requestedBy, requestedAt, reason, approval }
}
