import { sql } from 'drizzle-orm'
import type { TenantDb } from '../db/pools.ts'

/**
 * The tenants that have accounts or transfers, in their order. One probe of an index each, however large the books.
 * @param system the connections that see every tenant
 */
export async function tenantsWithBooks(system: TenantDb): Promise<string[]> {
  const next = (table: string, after: string) => `(select min(tenant_id) from ${table} where tenant_id > ${after})`
  const rows = await system.execute<{ tenant: string }>(
    sql.raw(`with recursive found (tenant) as (
        select least(${next('ledger_account', "''")}, ${next('ledger_transfer', "''")})
        union all
        select least(${next('ledger_account', 'tenant')}, ${next('ledger_transfer', 'tenant')}) from found
        where tenant is not null)
      select tenant from found where tenant is not null`),
  )
  return rows.map(({ tenant }) => tenant)
}
