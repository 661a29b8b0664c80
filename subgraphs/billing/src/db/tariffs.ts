import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { preparedPages } from '@carriergraph/shared/connection/prepared-pages.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, TenantDb } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { getTableColumns } from 'drizzle-orm'
import type { TariffRate } from '../domain/rating.ts'
import { tariffRates, tariffs } from './tables/tariffs.ts'

export type Tariff = Omit<typeof tariffs.$inferSelect, 'tenantId'>
/** One rate of a tariff. */
export type RateOfTariff = Omit<typeof tariffRates.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(tariffs)
const { tenantId: __, ...rateColumns } = getTableColumns(tariffRates)

export const tariffsByName = ordering({
  name: 'tariffs by name',
  direction: 'asc',
  by: { name: tariffs.name, id: tariffs.id },
})

export const tariffPages = preparedPages(tariffsByName, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(tariffs)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) =>
  db.select(columns).from(tariffs).where(amongIds(tariffs.id)).prepare('tariffs_by_ids'),
)

export const tariffsByIds = (db: Db, ids: readonly Id<'trf'>[]): Promise<Tariff[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

const ratesByTariffIds = preparedFor((db) =>
  db
    .select(rateColumns)
    .from(tariffRates)
    .where(amongIds(tariffRates.tariffId))
    .orderBy(tariffRates.usageType)
    .prepare('tariff_rates_by_tariff_ids'),
)

export const ratesOfTariffs = (db: Db, ids: readonly Id<'trf'>[]): Promise<RateOfTariff[]> =>
  ratesByTariffIds(db).execute({ ids: ids.map(toUuid) })

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
