import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, isNull, ne } from 'drizzle-orm'
import { type VaultDataKeyRow, vaultDataKey } from './tables/vault-data-key.ts'

/** A data key as it is stored. */
export type DataKey = Pick<VaultDataKeyRow, 'id' | 'wrappingKeyId' | 'wrapped'>

const COLUMNS = { id: vaultDataKey.id, wrappingKeyId: vaultDataKey.wrappingKeyId, wrapped: vaultDataKey.wrapped }

/** The one that new cards are sealed with; undefined before the tenant's first card. */
export async function findActiveDataKey(db: Db): Promise<DataKey | undefined> {
  const [row] = await db.select(COLUMNS).from(vaultDataKey).where(isNull(vaultDataKey.retiredAt))
  return row
}

export async function findDataKey(db: Db, id: Id<'vdk'>): Promise<DataKey | undefined> {
  const [row] = await db.select(COLUMNS).from(vaultDataKey).where(eq(vaultDataKey.id, id))
  return row
}

/** Makes it the active one; false when there is another active one, of whoever was first. */
export async function insertActiveDataKey(tx: Tx, key: DataKey, createdAt: Date): Promise<boolean> {
  const inserted = await tx
    .insert(vaultDataKey)
    .values({ ...key, createdAt })
    .onConflictDoNothing({ target: [vaultDataKey.tenantId], where: isNull(vaultDataKey.retiredAt) })
    .returning({ id: vaultDataKey.id })
  return inserted.length === 1
}

/** New cards get another one; what is under it stays readable. */
export async function retireActiveDataKey(tx: Tx, retiredAt: Date): Promise<void> {
  await tx.update(vaultDataKey).set({ retiredAt }).where(isNull(vaultDataKey.retiredAt))
}

/** Data keys under another wrapping key than that one, oldest first: a tenant has a few in all. */
export const findDataKeysNotUnder = (db: TenantDb, wrappingKeyId: string): Promise<DataKey[]> =>
  db
    .select(COLUMNS)
    .from(vaultDataKey)
    .where(ne(vaultDataKey.wrappingKeyId, wrappingKeyId))
    .orderBy(asc(vaultDataKey.id))

/** Puts the same key under another wrapping key; false when somebody else has done so meanwhile. */
export async function replaceWrapping(db: Db, before: DataKey, after: DataKey): Promise<boolean> {
  const updated = await db
    .update(vaultDataKey)
    .set({ wrappingKeyId: after.wrappingKeyId, wrapped: after.wrapped })
    .where(and(eq(vaultDataKey.id, before.id), eq(vaultDataKey.wrappingKeyId, before.wrappingKeyId)))
    .returning({ id: vaultDataKey.id })
  return updated.length === 1
}

/** The active one of every tenant; to be asked over a connection that sees them all. */
export const activeDataKeys = (db: Db): Promise<(DataKey & { readonly tenant: string })[]> =>
  db
    .select({ ...COLUMNS, tenant: vaultDataKey.tenantId })
    .from(vaultDataKey)
    .where(isNull(vaultDataKey.retiredAt))
    .orderBy(asc(vaultDataKey.tenantId))
