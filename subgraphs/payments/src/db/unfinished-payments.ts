import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, inArray, lt, sql } from 'drizzle-orm'
import { payment } from './tables/payment.ts'

export type UnfinishedPayment = { readonly tenantId: string; readonly id: Id<'pay'> }

/**
 * Payments of every tenant that are between two steps and were taken on before `before`, in a fixed order, from behind `after`.
 * @param system the connections that see every tenant
 */
export function findUnfinished(
  system: TenantDb,
  { before, after, limit }: { before: Date; after: UnfinishedPayment | undefined; limit: number },
): Promise<UnfinishedPayment[]> {
  const behind =
    after && sql`(${payment.tenantId}, ${payment.id}) > (${after.tenantId}, ${sql.param(after.id, payment.id)})`
  return system
    .select({ tenantId: payment.tenantId, id: payment.id })
    .from(payment)
    .where(and(inArray(payment.status, ['RISK_PENDING', 'AUTHORISED']), lt(payment.createdAt, before), behind))
    .orderBy(asc(payment.tenantId), asc(payment.id))
    .limit(limit)
}
