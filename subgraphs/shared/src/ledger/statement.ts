import { sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { type Id, toUuid } from '../ids.ts'
import { ledgerAccount, ledgerEntry } from './tables.ts'

/** One side of a transfer in its account: credits above zero, debits below. */
export type Entry = Omit<typeof ledgerEntry.$inferSelect, 'tenantId' | 'accountNumber'>

/** Which entries; what is left out does not restrict. */
export type StatementRange = {
  /** Only entries of a lower sequence. */
  readonly before?: bigint | undefined
  /** Only entries decided from this time on, and before that. */
  readonly from?: Date | undefined
  readonly until?: Date | undefined
  readonly limit: number
}

const column = <Column extends PgColumn>(name: Column) =>
  sql<Column['_']['data']>`e.${sql.identifier(name.name)}`.mapWith(name)

const pages = preparedFor((db) =>
  db
    .select({
      accountId: sql<Id<'led'>>`given.id`.mapWith(ledgerAccount.id),
      sequence: column(ledgerEntry.sequence),
      transferId: column(ledgerEntry.transferId),
      amountMinor: column(ledgerEntry.amountMinor),
      balanceMinor: column(ledgerEntry.balanceMinor),
      currency: column(ledgerEntry.currency),
      decidedAt: column(ledgerEntry.decidedAt),
    })
    .from(
      sql`unnest(${sql.placeholder('ids')}::uuid[]) as given (id) cross join lateral ledger_statement(
        given.id, ${sql.placeholder('before')}::bigint, ${sql.placeholder('from')}::timestamptz,
        ${sql.placeholder('until')}::timestamptz, ${sql.placeholder('limit')}::int) e`,
    )
    .orderBy(sql`e.sequence desc`)
    .prepare('ledger statements'),
)

/** The newest entries of each of these accounts within the range, newest first, in one statement. */
export async function statementsOf(
  db: Db,
  ids: readonly Id<'led'>[],
  { before, from, until, limit }: StatementRange,
): Promise<ReadonlyMap<Id<'led'>, readonly Entry[]>> {
  const rows = await pages(db).execute({
    ids: ids.map(toUuid),
    before: before?.toString() ?? null,
    from: from?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
    limit,
  })
  return Map.groupBy(rows, ({ accountId }) => accountId)
}
