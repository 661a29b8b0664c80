import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { placeholderFor } from '@carriergraph/shared/placeholder.ts'
import { eq } from 'drizzle-orm'
import { billingAccountRef } from './tables/billing-account-ref.ts'

/** Remembers a billing account; nothing of it that payments look at ever changes, so the first word stays. */
export async function rememberBillingAccount(
  tx: Tx,
  account: Omit<typeof billingAccountRef.$inferInsert, 'tenantId'>,
): Promise<void> {
  await tx.insert(billingAccountRef).values(account).onConflictDoNothing()
}

const ownerRow = preparedFor((db) =>
  db
    .select({ ownerId: billingAccountRef.ownerId })
    .from(billingAccountRef)
    .where(eq(billingAccountRef.id, placeholderFor(billingAccountRef.id, 'id')))
    .prepare('owner of a billing account'),
)

/** Whose billing account it is; undefined where payments know no such account. */
export async function findBillingAccountOwner(db: Db, id: Id<'acc'>): Promise<Id<'usr'> | undefined> {
  const [row] = await ownerRow(db).execute({ id })
  return row?.ownerId
}
