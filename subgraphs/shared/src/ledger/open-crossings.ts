import { and, asc, eq, gt, lte, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { CLEARING_PURPOSE } from './clearing.ts'
import { CROSSING_EXPIRY, type Crossing, crossingOf } from './crossing.ts'
import { ledgerAccount, ledgerHold, ledgerTransfer } from './tables.ts'

/** Gone on with in one go; the rest is found at the next call. */
export const CROSSINGS_MAX = 1_000

/**
 * Crossings that were begun on this shard by `before`, have not ended and can, in the order of their ids. Those of a payer that is not
 * active are not among them: however many wait for it, they leave room for others.
 */
export async function openCrossings(db: Db, before: Date): Promise<Crossing[]> {
  const open = openOnes(db)
  const rows = await db
    .select()
    .from(open)
    .where(and(eq(open.payerStatus, 'ACTIVE'), lte(open.decidedAt, before)))
    .orderBy(asc(open.id))
    .limit(CROSSINGS_MAX)
  return rows.map(({ payerStatus, decidedAt, ...hold }) => crossingOf(hold))
}

/** Of the crossings of this shard that have not ended, those that nobody can go on with now. */
export type CrossingsLeft = {
  /** Whose payer's account is not active. */
  readonly waiting: number
  /** Others, begun after `before`. */
  readonly underWay: number
}

export async function countCrossingsLeft(db: Db, before: Date): Promise<CrossingsLeft> {
  const open = openOnes(db)
  const isActive = eq(open.payerStatus, 'ACTIVE')
  const [row] = await db
    .select({
      waiting: sql<number>`(count(*) filter (where not ${isActive}))::int`,
      underWay: sql<number>`(count(*) filter (where ${and(isActive, gt(open.decidedAt, before))}))::int`,
    })
    .from(open)
  return row ?? { waiting: 0, underWay: 0 }
}

const payer = alias(ledgerAccount, 'payer')
const clearing = alias(ledgerAccount, 'clearing')

const openOnes = (db: Db) =>
  db
    .select({
      // Not the transfer's column, which has the name of the payer's.
      id: ledgerHold.transferId,
      debitAccountId: payer.id,
      amountMinor: ledgerTransfer.amountMinor,
      currency: ledgerTransfer.currency,
      reference: ledgerTransfer.reference,
      decidedAt: ledgerTransfer.decidedAt,
      payerStatus: payer.status,
    })
    .from(ledgerHold)
    .innerJoin(
      ledgerTransfer,
      and(eq(ledgerTransfer.tenantId, ledgerHold.tenantId), eq(ledgerTransfer.id, ledgerHold.transferId)),
    )
    .innerJoin(payer, eq(payer.number, ledgerHold.debitNumber))
    .innerJoin(clearing, eq(clearing.number, ledgerHold.creditNumber))
    .where(and(eq(ledgerHold.expiresAt, CROSSING_EXPIRY), eq(clearing.purpose, CLEARING_PURPOSE)))
    .as('open')
