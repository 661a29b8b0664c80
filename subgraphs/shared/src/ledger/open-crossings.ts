import { and, asc, eq, lte } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import type { AccountStatus } from './account.ts'
import { CLEARING_PURPOSE } from './clearing.ts'
import { CROSSING_EXPIRY, type Crossing, crossingOf } from './crossing.ts'
import { ledgerAccount, ledgerHold, ledgerTransfer } from './tables.ts'

/** Gone on with in one go; the rest is found at the next call. */
export const CROSSINGS_MAX = 1_000

export type OpenCrossing = { readonly crossing: Crossing; readonly payerStatus: AccountStatus }

/** Crossings that were begun on this shard by `before` and have not ended, in the order of their ids. */
export async function openCrossings(db: Db, before: Date): Promise<OpenCrossing[]> {
  const payer = alias(ledgerAccount, 'payer')
  const clearing = alias(ledgerAccount, 'clearing')
  const rows = await db
    .select({
      id: ledgerTransfer.id,
      debitAccountId: payer.id,
      amountMinor: ledgerTransfer.amountMinor,
      currency: ledgerTransfer.currency,
      reference: ledgerTransfer.reference,
      payerStatus: payer.status,
    })
    .from(ledgerHold)
    .innerJoin(
      ledgerTransfer,
      and(eq(ledgerTransfer.tenantId, ledgerHold.tenantId), eq(ledgerTransfer.id, ledgerHold.transferId)),
    )
    .innerJoin(payer, eq(payer.number, ledgerHold.debitNumber))
    .innerJoin(clearing, eq(clearing.number, ledgerHold.creditNumber))
    .where(
      and(
        eq(ledgerHold.expiresAt, CROSSING_EXPIRY),
        eq(clearing.purpose, CLEARING_PURPOSE),
        lte(ledgerTransfer.decidedAt, before),
      ),
    )
    .orderBy(asc(ledgerHold.transferId))
    .limit(CROSSINGS_MAX)
  return rows.map(({ payerStatus, ...hold }) => ({ crossing: crossingOf(hold), payerStatus }))
}
