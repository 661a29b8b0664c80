import type { Db } from '@carriergraph/shared/db/pools.ts'
import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'
import { reconciliationRun } from '../../db/tables/reconciliation-run.ts'

export type DueAccount = { readonly tenant: string; readonly account: string }

/**
 * Accounts of every tenant that were not reconciled for the day, or that a statement has come for since it was last looked
 * at, in one order behind `after`.
 */
export function findDueAccounts(
  db: Db,
  { day, after, limit }: { day: string; after: DueAccount | undefined; limit: number },
): Promise<DueAccount[]> {
  const { tenantId, account, imports } = reconciledAccount
  return db
    .select({ tenant: tenantId, account })
    .from(reconciledAccount)
    .leftJoin(
      reconciliationRun,
      and(
        eq(reconciliationRun.tenantId, tenantId),
        eq(reconciliationRun.account, account),
        eq(reconciliationRun.day, day),
      ),
    )
    .where(
      and(
        or(isNull(reconciliationRun.id), gt(imports, reconciliationRun.seenImports)),
        after && sql`(${tenantId}, ${account}) > (${after.tenant}, ${after.account})`,
      ),
    )
    .orderBy(asc(tenantId), asc(account))
    .limit(limit)
}
