import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, lt, lte, or, sql } from 'drizzle-orm'
import { IS_HELD, IS_UNFINISHED, payment } from './tables/payment.ts'

export type UnfinishedPayment = { readonly tenantId: string; readonly id: Id<'pay'> }

/**
 * Payments of every tenant that somebody has to go on with: those that are between two steps and were taken on before
 * `before`, and those whose hold has run out by `now`; in a fixed order, from behind `after`.
 * @param system the connections that see every tenant
 */
export function findUnfinished(
  system: TenantDb,
  { before, now, after, limit }: { before: Date; now: Date; after: UnfinishedPayment | undefined; limit: number },
): Promise<UnfinishedPayment[]> {
  const behind =
    after && sql`(${payment.tenantId}, ${payment.id}) > (${after.tenantId}, ${sql.param(after.id, payment.id)})`
  const isLeft = and(sql`(${IS_UNFINISHED})`, lt(payment.createdAt, before))
  const hasRunOut = and(IS_HELD, lte(payment.authorisedUntil, now))
  return system
    .select({ tenantId: payment.tenantId, id: payment.id })
    .from(payment)
    .where(and(or(isLeft, hasRunOut), behind))
    .orderBy(asc(payment.tenantId), asc(payment.id))
    .limit(limit)
}
