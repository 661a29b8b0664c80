import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, gt, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import { IS_HELD, IS_UNFINISHED, payment } from './tables/payment.ts'

type Times = { readonly before: Date; readonly now: Date }

/**
 * Payments that somebody has to go on with: those that are between two steps and were taken on before `before`, and those
 * whose hold has run out by `now`.
 */
const isDue = ({ before, now }: Times): SQL | undefined =>
  or(and(sql`(${IS_UNFINISHED})`, lt(payment.createdAt, before)), and(IS_HELD, lte(payment.authorisedUntil, now)))

/**
 * Tenants with payments that somebody has to go on with.
 * @param system the connections that see every tenant
 */
export async function tenantsWithUnfinished(system: TenantDb, times: Times): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: payment.tenantId })
    .from(payment)
    .where(isDue(times))
    .orderBy(asc(payment.tenantId))
  return rows.map(({ tenant }) => tenant)
}

/** Those of one tenant, in a fixed order, from behind `after`. */
export async function findUnfinished(
  db: TenantDb,
  { after, limit, ...times }: Times & { readonly after: Id<'pay'> | undefined; readonly limit: number },
): Promise<Id<'pay'>[]> {
  const rows = await db
    .select({ id: payment.id })
    .from(payment)
    .where(and(isDue(times), after && gt(payment.id, after)))
    .orderBy(asc(payment.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}
