import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, gt, gte, isNull, lt, lte, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { type FailureCode, failureOf } from '../remittance/failure.ts'
import { type Remittance, type RemittanceTransition, VAIN_STATUSES } from '../remittance/remittance.ts'
import { IS_UNFINISHED_REMITTANCE, type RemittanceRow, remittance } from './tables/remittance.ts'
import { type RemittanceTransitionRow, remittanceTransition } from './tables/remittance-transition.ts'

/** Stores a new remittance with the state that it begins in. */
export async function insertRemittance(tx: Tx, taken: Remittance, transition: RemittanceTransition): Promise<void> {
  const { beneficiary, decision, failure, ...rest } = taken
  await tx.insert(remittance).values({
    ...rest,
    beneficiaryName: beneficiary.name,
    beneficiaryCountry: beneficiary.country,
    beneficiaryAccount: beneficiary.account,
    beneficiaryBic: beneficiary.bic,
    beneficiaryClearingMember: beneficiary.clearingMember,
    decisionSource: decision?.source,
    decisionOutcome: decision?.outcome,
    failureCode: failure?.code,
  })
  await tx.insert(remittanceTransition).values({ remittanceId: taken.id, ...transition })
}

/** Stores what changed of a remittance, whose row the caller holds locked; with a transition, where its state did. */
export async function updateRemittance(
  tx: Tx,
  moved: Remittance,
  transition: RemittanceTransition | undefined,
): Promise<void> {
  await tx
    .update(remittance)
    .set({
      status: moved.status,
      version: moved.version,
      senderName: moved.senderName,
      decisionSource: moved.decision?.source,
      decisionOutcome: moved.decision?.outcome,
      failureCode: moved.failure?.code,
      railReason: moved.railReason,
      returnedMinor: moved.returnedMinor,
      settlementAttempt: moved.settlementAttempt,
      refundAttempt: moved.refundAttempt,
      retryAt: moved.retryAt,
      changedAt: moved.changedAt,
    })
    .where(eq(remittance.id, moved.id))
  if (transition !== undefined) await tx.insert(remittanceTransition).values({ remittanceId: moved.id, ...transition })
}

/** The remittance as it stands, which stays so until the transaction ends. */
export async function lockRemittance(tx: Tx, id: Id<'rem'>): Promise<Remittance> {
  const [row] = await tx.select().from(remittance).where(eq(remittance.id, id)).for('no key update')
  return row === undefined ? gone(id) : toRemittance(row)
}

const remittancesByIds = preparedFor((db) =>
  db.select().from(remittance).where(amongIds(remittance.id)).prepare('remittances by id'),
)

/** Those that exist, in any order. */
export async function findRemittances(db: Db, ids: readonly Id<'rem'>[]): Promise<Remittance[]> {
  const rows = await remittancesByIds(db).execute({ ids: ids.map(toUuid) })
  return rows.map(toRemittance)
}

export async function findRemittance(db: Db, id: Id<'rem'>): Promise<Remittance> {
  const [found] = await findRemittances(db, [id])
  return found ?? gone(id)
}

const transitionsByRemittances = preparedFor((db) =>
  db
    .select()
    .from(remittanceTransition)
    .where(amongIds(remittanceTransition.remittanceId))
    .orderBy(remittanceTransition.remittanceId, remittanceTransition.version)
    .prepare('transitions by remittance'),
)

/** Every state of these remittances, those of one in the order in which it was in them. */
export const findRemittanceTransitions = (db: Db, ids: readonly Id<'rem'>[]): Promise<RemittanceTransitionRow[]> =>
  transitionsByRemittances(db).execute({ ids: ids.map(toUuid) })

/** Remittances of one sender stand in line until the transaction ends: two at once would both be within a limit. */
export async function lockSender(tx: Tx, senderId: Id<'usr'>): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('remittances of ' || current_setting('app.tenant') || ${senderId}, 0))`,
  )
}

/** What a sender has sent that was not in vain, in cents of the dollar: since either of two moments, the later one first. */
export async function sentUsdSince(
  tx: Tx,
  senderId: Id<'usr'>,
  { day, thirtyDays }: { readonly day: Date; readonly thirtyDays: Date },
): Promise<{ readonly dayMinor: bigint; readonly thirtyDaysMinor: bigint }> {
  // Sums of bigint are numeric: as text, or they would pass through a JavaScript number.
  const [row] = await tx
    .select({
      day: sql<string>`coalesce(sum(${remittance.usdMinor}) filter (where ${remittance.createdAt} >= ${day.toISOString()}), 0)::text`,
      all: sql<string>`coalesce(sum(${remittance.usdMinor}), 0)::text`,
    })
    .from(remittance)
    .where(
      and(
        eq(remittance.senderId, senderId),
        gte(remittance.createdAt, thirtyDays),
        notInArray(remittance.status, [...VAIN_STATUSES]),
      ),
    )
  return { dayMinor: BigInt(row?.day ?? 0), thirtyDaysMinor: BigInt(row?.all ?? 0) }
}

type Times = { readonly before: Date; readonly now: Date }

/**
 * Remittances that somebody has to go on with: those between two steps since `before` that are not to wait longer, and those
 * that nobody decided on by `now`.
 */
function isDue({ before, now }: Times): SQL | undefined {
  const isLeft = and(
    sql`${remittance.status} <> 'REVIEW'`,
    lt(remittance.changedAt, before),
    or(isNull(remittance.retryAt), lte(remittance.retryAt, now)),
  )
  const isOverdue = and(sql`${remittance.status} in ('SCREENING', 'REVIEW')`, lte(remittance.decideBy, now))
  return and(IS_UNFINISHED_REMITTANCE, or(isLeft, isOverdue))
}

/**
 * Tenants with remittances that somebody has to go on with.
 * @param system the connections that see every tenant
 */
export async function tenantsWithUnfinishedRemittances(system: TenantDb, times: Times): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: remittance.tenantId })
    .from(remittance)
    .where(isDue(times))
    .orderBy(asc(remittance.tenantId))
  return rows.map(({ tenant }) => tenant)
}

/** Those of one tenant, in a fixed order, from behind `after`. */
export async function findUnfinishedRemittances(
  db: TenantDb,
  { after, limit, ...times }: Times & { readonly after: Id<'rem'> | undefined; readonly limit: number },
): Promise<Id<'rem'>[]> {
  const rows = await db
    .select({ id: remittance.id })
    .from(remittance)
    .where(and(isDue(times), after && gt(remittance.id, after)))
    .orderBy(asc(remittance.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** A remittance whose id came from a row of our own cannot be missing: they are never removed. */
function gone(id: Id<'rem'>): never {
  throw new Error(`The remittance ${id} is gone.`)
}

export function toRemittance({ tenantId: _, ...row }: RemittanceRow): Remittance {
  const { beneficiaryName, beneficiaryCountry, ...others } = row
  const { beneficiaryAccount, beneficiaryBic, beneficiaryClearingMember, ...rest } = others
  const { decisionSource, decisionOutcome, failureCode, ...columns } = rest
  return {
    ...columns,
    beneficiary: {
      name: beneficiaryName,
      country: beneficiaryCountry,
      account: beneficiaryAccount,
      bic: beneficiaryBic,
      clearingMember: beneficiaryClearingMember,
    },
    decision: decisionSource && decisionOutcome ? { source: decisionSource, outcome: decisionOutcome } : null,
    failure: failureCode === null ? null : failureOf(failureCode as FailureCode),
  }
}
