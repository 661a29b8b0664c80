import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { and, eq, lte, sql } from 'drizzle-orm'
import type { RailName } from '../rails/rail.ts'
import { railInstruction } from './tables/rail-instruction.ts'
import { sandboxInstruction } from './tables/sandbox-instruction.ts'

/**
 * Tenants with instructions of a rail that have not ended.
 * @param system the connections that see every tenant
 */
export async function tenantsWithOpenInstructions(system: TenantDb, rail: RailName): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: railInstruction.tenantId })
    .from(railInstruction)
    .where(and(eq(railInstruction.rail, rail), sql`${railInstruction.state} in ('REGISTERED', 'UNKNOWN', 'ACCEPTED')`))
    .orderBy(railInstruction.tenantId)
  return rows.map(({ tenant }) => tenant)
}

/** Tenants to whom the sandbox has something to tell by now; it may be of an instruction that has ended. */
export async function tenantsToldBySandbox(system: TenantDb, now: Date): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: sandboxInstruction.tenantId })
    .from(sandboxInstruction)
    .where(lte(sandboxInstruction.nextNoticeAt, now))
    .orderBy(sandboxInstruction.tenantId)
  return rows.map(({ tenant }) => tenant)
}
