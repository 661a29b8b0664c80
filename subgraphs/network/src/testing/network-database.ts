import { type Database, openDatabase, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { sql } from 'drizzle-orm'
import { migrateNetwork } from '../db/migrate.ts'

/** How many rows each table has, in every tenant. */
export type RowCounts = Readonly<
  Record<'topologies' | 'sites' | 'links' | 'ends' | 'slices' | 'samples' | 'violations' | 'events', number>
>

/** A database of the network's own, without a service on it. */
export type NetworkDatabase = AsyncDisposable & {
  readonly url: string
  readonly database: Database
  /** Of the tenant `demo`. */
  readonly db: TenantDb
  rows(): Promise<RowCounts>
}

export async function createNetworkDatabase(): Promise<NetworkDatabase> {
  const clone = await createTestDatabase({ name: 'network', migrate: migrateNetwork })
  const log = createLog({ service: 'network', level: 'silent' })
  const database = openDatabase({ url: clone.url, applicationName: 'network-test', log })
  return {
    url: clone.url,
    database,
    db: database.forTenant('demo'),
    async rows() {
      const [counts] = await database.system.execute<RowCounts>(sql`
        select (select count(*) from topology)::int as topologies, (select count(*) from site)::int as sites,
          (select count(*) from link)::int as links, (select count(*) from link_end)::int as ends,
          (select count(*) from slice)::int as slices, (select count(*) from kpi_sample)::int as samples,
          (select count(*) from sla_violation)::int as violations, (select count(*) from journal)::int as events`)
      if (counts === undefined) throw new Error('The counts did not come.')
      return counts
    },
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 5 })
      await clone.drop()
    },
  }
}
