import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, sql } from 'drizzle-orm'
import type { KycStatus } from '../domain/kyc.ts'
import type { Role } from '../domain/registration.ts'
import { type UserRow, user } from './tables/user.ts'

/** The order of every list of users. */
export const newestUsers = ordering({
  name: 'users by newest',
  direction: 'desc',
  by: { createdAt: user.createdAt, id: user.id },
})

export type UserFilter = { readonly kycStatus?: KycStatus | null; readonly role?: Role | null }

/** One row more than the page has, as `toConnection` wants it. */
export function listUsers(db: Db, page: Page<typeof newestUsers.by>, filter: UserFilter): Promise<UserRow[]> {
  const { where, orderBy, limit } = keyset(page)
  const withStatus = filter.kycStatus ? eq(user.kycStatus, filter.kycStatus) : undefined
  const withRole = filter.role ? sql`${user.roles} @> array[${filter.role}]` : undefined
  return db
    .select()
    .from(user)
    .where(and(withStatus, withRole, where))
    .orderBy(...orderBy)
    .limit(limit)
}

const byIds = preparedFor((db) => db.select().from(user).where(amongIds(user.id)).prepare('users_by_ids'))

export const findUsers = (db: Db, ids: readonly Id<'usr'>[]): Promise<UserRow[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

/** The user, held until the transaction ends: whoever decides on the same user waits. */
export async function lockUser(tx: Tx, id: Id<'usr'>): Promise<UserRow | null> {
  const [row] = await tx.select().from(user).where(eq(user.id, id)).for('no key update')
  return row ?? null
}

/**
 * The turn of assessments of one user, which all begin with `lockUser`. Changes of the user take none: a rejected identity does
 * not stand in line behind the payments that it stops.
 */
export const turnOfUser = (id: Id<'usr'>): string => `user ${id}`

/** Those of the users whom nobody else holds, held until the transaction ends. */
export const lockFreeUsers = (tx: Tx, ids: readonly Id<'usr'>[]): Promise<UserRow[]> =>
  freeUsers(tx).execute({ ids: ids.map(toUuid) })

const freeUsers = preparedFor((db) =>
  db
    .select()
    .from(user)
    .where(amongIds(user.id))
    .orderBy(user.id)
    .for('no key update', { skipLocked: true })
    .prepare('users that are free, locked'),
)

/** Null where the key was used before; `findRegistration` then gives that user. */
export async function insertUser(tx: Tx, row: Omit<UserRow, 'tenantId'>): Promise<UserRow | null> {
  const [inserted] = await tx
    .insert(user)
    .values(row)
    // Of the key and of the id: whichever of two alike that come at once is found first, neither may fail.
    .onConflictDoNothing()
    .returning()
  return inserted ?? null
}

export async function findRegistration(db: Db, registeredBy: string, idempotencyKey: string): Promise<UserRow | null> {
  const [row] = await db
    .select()
    .from(user)
    .where(and(eq(user.registeredBy, registeredBy), eq(user.idempotencyKey, idempotencyKey)))
  return row ?? null
}

export async function updateKycStatus(tx: Tx, { id, version }: UserRow, kycStatus: KycStatus): Promise<UserRow> {
  const [row] = await tx
    .update(user)
    .set({ kycStatus, version: version + 1 })
    .where(eq(user.id, id))
    .returning()
  if (row === undefined) throw new Error(`The user ${id} is gone.`)
  return row
}
