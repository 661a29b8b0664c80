import { databaseOf } from '@carriergraph/shared/db/pools.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { ledgerTransfer } from '@carriergraph/shared/ledger/tables.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { sql } from 'drizzle-orm'
import { type BooksVerdict, verifyTenant } from '../books/verify/verify-tenant.ts'

/** What is computed anew within a second or so, which a request may take. */
export const VERIFIED_TRANSFERS_MAX = 50_000

/** Refusals of the query that looks at the books. */
export const VERIFY_REFUSALS = {
  LEDGER_TOO_LARGE: `The books have more than ${VERIFIED_TRANSFERS_MAX.toLocaleString('en')} transfers: have pnpm ledger:verify look at them.`,
} as const

/** @throws Refusal LEDGER_TOO_LARGE */
export async function verifyBooks({ tenant, db }: Books): Promise<BooksVerdict> {
  const counted = db
    .select({ one: sql`1` })
    .from(ledgerTransfer)
    .limit(VERIFIED_TRANSFERS_MAX + 1)
    .as('counted')
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(counted)
  if ((row?.count ?? 0) > VERIFIED_TRANSFERS_MAX)
    throw new Refusal('LEDGER_TOO_LARGE', VERIFY_REFUSALS.LEDGER_TOO_LARGE)
  return verifyTenant(databaseOf(db), { tenant })
}
