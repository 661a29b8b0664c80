import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { ledgerAccount } from '@carriergraph/shared/ledger/tables.ts'
import { and, inArray, isNull } from 'drizzle-orm'

/** What stands on these leaves them by cases that two people decide, and comes to them so or by the service. */
const PURPOSES = ['SUSPENSE', 'WRITE_OFFS']

export async function findAccountsOfCases(db: Db): Promise<ReadonlySet<Id<'led'>>> {
  const rows = await db
    .select({ id: ledgerAccount.id })
    .from(ledgerAccount)
    .where(and(isNull(ledgerAccount.ownerId), inArray(ledgerAccount.purpose, PURPOSES)))
  return new Set(rows.map(({ id }) => id))
}
