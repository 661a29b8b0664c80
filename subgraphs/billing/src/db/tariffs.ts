import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { TariffRate } from '../domain/rating.ts'
import { tariffRates, tariffs } from './tables/tariffs.ts'

export type Tariff = Omit<typeof tariffs.$inferSelect, 'tenantId'>

export type NewTariff = Omit<Tariff, 'createdAt'> & { readonly rates: readonly Omit<TariffRate, 'currency'>[] }

/** Stores a tariff with its rates; one that is there already is left as it is. */
export async function saveTariff(db: TenantDb, { rates, ...tariff }: NewTariff, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [saved] = await tx
      .insert(tariffs)
      .values({ ...tariff, createdAt: now })
      .onConflictDoNothing()
      .returning({ id: tariffs.id })
    if (saved === undefined) return
    await tx.insert(tariffRates).values(rates.map((rate) => ({ tariffId: tariff.id, ...rate })))
  })
}
