import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { billingAccountRef } from './tables/billing-account-ref.ts'

/** Remembers a billing account; nothing of it that payments look at ever changes, so the first word stays. */
export async function rememberBillingAccount(
  tx: Tx,
  account: Omit<typeof billingAccountRef.$inferInsert, 'tenantId'>,
): Promise<void> {
  await tx.insert(billingAccountRef).values(account).onConflictDoNothing()
}
