import { failedEvent } from '@carriergraph/shared/bus/tables.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, eq, inArray, isNull, lte } from 'drizzle-orm'

/**
 * Tenants with notices of a rail that could not be taken and are to be tried again by now.
 * @param system the connections that see every tenant
 * @param consumer under which they stand
 */
export async function tenantsWithFailedNotices(system: TenantDb, consumer: string, now: Date): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: failedEvent.tenantId })
    .from(failedEvent)
    .where(and(eq(failedEvent.consumer, consumer), isNull(failedEvent.parkedAt), lte(failedEvent.nextAttemptAt, now)))
    .orderBy(failedEvent.tenantId)
  return rows.map(({ tenant }) => tenant)
}

/** Of the ids, those of notices that could not be taken, the parked ones included. */
export async function findFailedNotices(
  db: TenantDb,
  consumer: string,
  ids: readonly Id<'evt'>[],
): Promise<ReadonlySet<Id<'evt'>>> {
  const rows = await db
    .select({ id: failedEvent.eventId })
    .from(failedEvent)
    .where(and(eq(failedEvent.consumer, consumer), inArray(failedEvent.eventId, [...ids])))
  return new Set(rows.map(({ id }) => id))
}
