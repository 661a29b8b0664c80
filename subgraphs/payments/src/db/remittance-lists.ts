import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, eq } from 'drizzle-orm'
import type { Remittance, RemittanceStatus } from '../remittance/remittance.ts'
import { toRemittance } from './remittances.ts'
import { remittance } from './tables/remittance.ts'

export type RemittanceFilter = {
  /** Whose remittances the reader may see. */
  readonly seenBy: 'everybody' | Id<'usr'>
  readonly senderId: Id<'usr'> | undefined
  readonly status: RemittanceStatus | undefined
}

/** Ids carry the time at which they were made, so their order is that of the remittances. */
export const newestRemittances = ordering({
  name: 'remittances by newest',
  direction: 'desc',
  by: { id: remittance.id },
})

/** Not prepared: each set of filters is another statement, and each has its index. */
export async function listRemittances(
  db: Db,
  page: Page<typeof newestRemittances.by>,
  { seenBy, senderId, status }: RemittanceFilter,
): Promise<Connection<Remittance>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(remittance)
    .where(
      and(
        where,
        seenBy === 'everybody' ? undefined : eq(remittance.senderId, seenBy),
        senderId && eq(remittance.senderId, senderId),
        status && eq(remittance.status, status),
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toRemittance), page)
}

export const newestRemittancesOfUser = ordering({
  name: 'User.remittances by newest',
  direction: 'desc',
  by: { id: remittance.id },
})

export const remittancesOfUsers = pagesByParent(
  newestRemittancesOfUser,
  remittance.senderId,
  (db, { where, orderBy, limit }) =>
    db
      .select()
      .from(remittance)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
)
