import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { type Id, toUuid } from '../ids.ts'
import { ledgerAccount, ledgerEntry } from './tables.ts'

/** One side of a transfer in its account: credits above zero, debits below. */
export type Entry = Omit<typeof ledgerEntry.$inferSelect, 'tenantId' | 'accountNumber'>

/** A time from which on, and one before which; what is left out does not restrict. */
export type Period = { readonly from?: Date | undefined; readonly until?: Date | undefined }

export type StatementRange = Period & {
  /** Only entries of a lower sequence. */
  readonly before?: bigint | undefined
  readonly limit: number
}

const column = <Column extends PgColumn>(mapped: Column) =>
  sql<Column['_']['data']>`e.${sql.identifier(mapped.name)}`.mapWith(mapped)

const { sequence, transferId, amountMinor, balanceMinor, currency, decidedAt } = ledgerEntry
const ENTRY = {
  sequence: column(sequence),
  transferId: column(transferId),
  amountMinor: column(amountMinor),
  balanceMinor: column(balanceMinor),
  currency: column(currency),
  decidedAt: column(decidedAt),
}
const ACCOUNT_ID = sql<Id<'led'>>`given.id`.mapWith(ledgerAccount.id)
const GIVEN_IDS: SQL = sql`unnest(${sql.placeholder('ids')}::uuid[])`

const statements = preparedFor((db) =>
  db
    .select({ accountId: ACCOUNT_ID, ...ENTRY })
    .from(
      sql`${GIVEN_IDS} as given (id) cross join lateral ledger_statement(
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
  const rows = await statements(db).execute({
    ids: ids.map(toUuid),
    before: before?.toString() ?? null,
    from: from?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
    limit,
  })
  return Map.groupBy(rows, ({ accountId }) => accountId)
}

const entriesBehind = preparedFor((db) =>
  db
    .select(ENTRY)
    .from(
      sql`ledger_entries_after(${sql.placeholder('id')}::uuid, ${sql.placeholder('after')}::bigint,
        ${sql.placeholder('limit')}::int) e`,
    )
    .orderBy(sql`e.sequence`)
    .prepare('ledger entries after'),
)

/** The next entries of an account behind a sequence, in their order. */
export const entriesAfter = (db: Db, id: Id<'led'>, after: bigint, limit: number): Promise<Entry[]> =>
  entriesBehind(db).execute({ id: toUuid(id), after: after.toString(), limit })

// Times have milliseconds: before the next one is by this one. Added there, because the last one of all has no next here.
const balances = preparedFor((db) =>
  db
    .select({
      accountId: ACCOUNT_ID,
      balanceMinor: sql<bigint>`ledger_balance_before(given.id, given.at + interval '1 millisecond')`.mapWith(
        ledgerEntry.balanceMinor,
      ),
    })
    .from(sql`unnest(${sql.placeholder('ids')}::uuid[], ${sql.placeholder('times')}::text[]::timestamptz[])
      with ordinality as given (id, at, place)`)
    .orderBy(sql`given.place`)
    .prepare('ledger balances as of'),
)

/** An account at a time. */
export type AsOf = { readonly id: Id<'led'>; readonly at: Date }

/** Balances after the last entry that was decided by then, credits less debits, in the order of what is asked. */
export async function balancesAsOf(db: Db, wanted: readonly AsOf[]): Promise<bigint[]> {
  const rows = await balances(db).execute({
    ids: wanted.map(({ id }) => toUuid(id)),
    times: wanted.map(({ at }) => at.toISOString()),
  })
  return rows.map(({ balanceMinor: minor }) => minor)
}
