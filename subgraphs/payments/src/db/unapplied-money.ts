import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { asc, inArray } from 'drizzle-orm'
import type { UnappliedMoney } from '../domain/unapplied.ts'
import { type UnappliedMoneyRow, unappliedMoney } from './tables/unapplied-money.ts'

export async function insertUnapplied(tx: Tx, { amount, ...unapplied }: UnappliedMoney): Promise<void> {
  await tx.insert(unappliedMoney).values({ ...unapplied, amountMinor: amount.minor, currency: amount.currency })
}

/** Of these payments and remittances, oldest first. */
export async function findUnapplied(
  db: Db,
  references: readonly UnappliedMoney['reference'][],
): Promise<UnappliedMoney[]> {
  const rows = await db
    .select()
    .from(unappliedMoney)
    .where(inArray(unappliedMoney.reference, [...references]))
    .orderBy(asc(unappliedMoney.id))
  return rows.map(toUnapplied)
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
): Promise<Connection<UnappliedMoney>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(unappliedMoney)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toUnapplied), page)
}

const toUnapplied = ({ tenantId: _, amountMinor, currency, ...row }: UnappliedMoneyRow): UnappliedMoney => ({
  ...row,
  amount: money(amountMinor, currency),
})
