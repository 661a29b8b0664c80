import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, ne, or, sql } from 'drizzle-orm'
import { webhookEndpoint } from './tables/webhook-endpoint.ts'
import type { SealedSecret } from './webhook-endpoints.ts'

/** The secrets of an endpoint of which one at least is under another key than it should be. */
export type StaleSecrets = {
  readonly id: Id<'whe'>
  readonly current: SealedSecret
  /** The one before the last rotation, and until when it signs as well. */
  readonly previous: (SealedSecret & { readonly until: Date }) | null
}

/** Of all endpoints of a tenant that were not deleted; there are at most ENDPOINTS_MAX. */
export async function findStaleSecrets(db: TenantDb, dataKeyId: Id<'vdk'>): Promise<StaleSecrets[]> {
  const rows = await db
    .select()
    .from(webhookEndpoint)
    .where(or(ne(webhookEndpoint.dataKeyId, dataKeyId), ne(webhookEndpoint.previousDataKeyId, dataKeyId)))
    .orderBy(asc(webhookEndpoint.id))
  return rows.flatMap(
    ({ id, dataKeyId, sealedSecret, previousDataKeyId, previousSealedSecret, previousSecretUntil }) => {
      if (dataKeyId === null || sealedSecret === null) return []
      const previous =
        previousDataKeyId === null || previousSealedSecret === null || previousSecretUntil === null
          ? null
          : { dataKeyId: previousDataKeyId, sealed: previousSealedSecret, until: previousSecretUntil }
      return [{ id, current: { dataKeyId, sealed: sealedSecret }, previous }]
    },
  )
}

/**
 * Puts an endpoint's secrets under other keys. The endpoint itself does not change, so no event tells of it.
 * @returns false where they were rotated or erased since they were read: then nothing is changed
 */
export async function replaceSecrets(
  db: TenantDb,
  { id, current, previous }: StaleSecrets,
  after: Pick<StaleSecrets, 'current' | 'previous'>,
): Promise<boolean> {
  const replaced = await db
    .update(webhookEndpoint)
    .set({
      dataKeyId: after.current.dataKeyId,
      sealedSecret: after.current.sealed,
      previousDataKeyId: after.previous?.dataKeyId ?? null,
      previousSealedSecret: after.previous?.sealed ?? null,
      previousSecretUntil: after.previous?.until ?? null,
    })
    .where(
      and(
        eq(webhookEndpoint.id, id),
        eq(webhookEndpoint.sealedSecret, current.sealed),
        sql`${webhookEndpoint.previousSealedSecret} is not distinct from ${sql.param(previous?.sealed ?? null, webhookEndpoint.previousSealedSecret)}`,
      ),
    )
    .returning({ id: webhookEndpoint.id })
  return replaced.length === 1
}
