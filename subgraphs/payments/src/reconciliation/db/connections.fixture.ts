import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'

/** Resolves when as many have a connection of the tenant at one time, which a pool with fewer free ones never gives them. */
export async function together(db: TenantDb, count: number): Promise<void> {
  const all = Promise.withResolvers<void>()
  let arrived = 0
  const arrive = async () => {
    arrived += 1
    if (arrived === count) all.resolve()
    await all.promise
  }
  await Promise.all(Array.from({ length: count }, () => inTransaction(db, arrive)))
}
