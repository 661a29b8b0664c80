import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { asc, count, eq, isNull, sql } from 'drizzle-orm'
import { card } from './tables/card.ts'
import { vaultDataKey } from './tables/vault-data-key.ts'
import { webhookEndpoint } from './tables/webhook-endpoint.ts'

/** The tenants that have a data key; to be asked over a connection that sees them all. */
export async function tenantsOfVault(db: Db): Promise<string[]> {
  const rows = await db
    .selectDistinct({ tenant: vaultDataKey.tenantId })
    .from(vaultDataKey)
    .orderBy(asc(vaultDataKey.tenantId))
  return rows.map(({ tenant }) => tenant)
}

export type DataKeyStatus = {
  readonly id: Id<'vdk'>
  readonly wrappingKeyId: string
  readonly isActive: boolean
  readonly cards: number
  readonly webhookSecrets: number
}

/** A tenant's data keys, oldest first, with what is under each. */
export const dataKeyStatus = (db: Db): Promise<DataKeyStatus[]> =>
  db
    .select({
      id: vaultDataKey.id,
      wrappingKeyId: vaultDataKey.wrappingKeyId,
      isActive: sql<boolean>`${vaultDataKey.retiredAt} is null`,
      cards: db.$count(card, eq(card.dataKeyId, vaultDataKey.id)),
      webhookSecrets: sql<number>`${db.$count(webhookEndpoint, eq(webhookEndpoint.dataKeyId, vaultDataKey.id))}
        + ${db.$count(webhookEndpoint, eq(webhookEndpoint.previousDataKeyId, vaultDataKey.id))}`.mapWith(Number),
    })
    .from(vaultDataKey)
    .orderBy(asc(vaultDataKey.createdAt), asc(vaultDataKey.id))

/** How many of a tenant's cards are found by which lookup key. */
export const lookupKeyStatus = (db: Db): Promise<{ readonly lookupKeyId: string; readonly cards: number }[]> =>
  db
    .select({ lookupKeyId: sql<string>`${card.lookupKeyId}`, cards: count() })
    .from(card)
    .where(isNull(card.removedAt))
    .groupBy(card.lookupKeyId)
    .orderBy(asc(card.lookupKeyId))
