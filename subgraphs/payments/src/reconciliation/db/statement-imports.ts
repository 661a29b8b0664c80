import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { and, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { makePgArray } from 'drizzle-orm/pg-core'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'
import { statementImport } from '../../db/tables/statement-import.ts'
import type { StatementSummary } from '../../statements/statement.ts'
import type { StoredLine } from '../import/stored-line.ts'

export type NewImport = Omit<typeof statementImport.$inferSelect, 'tenantId' | 'importedAt'>

/**
 * What makes a statement the same one: a bank's running number and day beside its id, which some repeat, and its currency:
 * statements of an account that has several may have all else in common.
 */
export type StatementIdentity = {
  readonly account: string
  readonly statementId: string
  readonly sequence: string
  readonly closingOn: string
  readonly isNotification: boolean
  readonly currency: CurrencyCode | null
}

export const identityOf = (summary: StatementSummary, isNotification: boolean): StatementIdentity => ({
  account: summary.account,
  statementId: summary.statementId,
  sequence: summary.sequence ?? '',
  closingOn: summary.balances?.closing.date ?? '',
  isNotification,
  currency: summary.currency ?? null,
})

export async function isFileImported(db: Db, digest: string): Promise<boolean> {
  const rows = await db
    .select({ id: statementImport.id })
    .from(statementImport)
    .where(and(eq(statementImport.digest, digest), isNotNull(statementImport.importedAt)))
  return rows.length > 0
}

/**
 * The digests of the contents of those statements that are there, by place in `identities`. Notifications and CSV were stored
 * without a currency once: theirs is that of their lines.
 */
export async function findStatements(
  db: Db,
  identities: readonly StatementIdentity[],
): Promise<ReadonlyMap<number, string>> {
  const column = (name: 'account' | 'statementId' | 'sequence' | 'closingOn' | 'currency') =>
    ({ type: 'text', values: identities.map((identity) => identity[name] ?? '') }) as const
  const rows = await db.execute<{ place: string; digest: string }>(sql`
    select given.place, s.content_digest as digest
    from ${unnested(...(['account', 'statementId', 'sequence', 'closingOn', 'currency'] as const).map(column))}
      with ordinality as given (account, statement_id, sequence, closing_on, currency, place)
    join ${bankStatement} s using (account, statement_id, sequence, closing_on)
    where s.is_notification = ${identities[0]?.isNotification ?? false}
      and coalesce(s.currency::text, (
        select l.currency::text from ${bankStatementLine} l
        where (l.tenant_id, l.import_id, l.statement_number) = (s.tenant_id, s.import_id, s.number) limit 1
      ), given.currency) = given.currency`)
  return new Map(rows.map(({ place, digest }) => [Number(place) - 1, digest]))
}

export async function beginImport(db: Db, begun: NewImport): Promise<void> {
  await db.insert(statementImport).values(begun)
}

/** Stores lines of an import, which nobody sees until it is finished. */
export async function insertStatementLines(db: Db, importId: Id<'sti'>, lines: readonly StoredLine[]): Promise<void> {
  const text = (read: (line: StoredLine) => string | null) => ({ type: 'text', values: lines.map(read) }) as const
  const number = (type: 'int' | 'bigint', read: (line: StoredLine) => number | bigint) =>
    ({ type, values: lines.map((line) => String(read(line))) }) as const
  await db.execute(sql`
    insert into ${bankStatementLine} (id, import_id, statement_number, account, entry, status, booked_on, value_on,
      amount_minor, charges_minor, currency, is_reversal, is_charge, "references", mentions, bank_reference,
      entry_bank_reference, lookup, remittance, counterparty_name, counterparty_account)
    select l.id, ${toUuid(importId)}::uuid, l.statement_number, l.account, l.entry, l.status, l.booked_on::date,
      l.value_on::date, l.amount, l.charges, l.currency, l.is_reversal::boolean, l.is_charge::boolean, l.refs::text[], l.mentions::text[],
      l.bank_reference, l.entry_bank_reference, l.lookup, l.remittance, l.name, l.counterparty
    from ${unnested(
      { type: 'uuid', values: lines.map(() => toUuid(newId('stl'))) },
      number('int', ({ statementNumber }) => statementNumber),
      text(({ account }) => account),
      number('int', ({ entry }) => entry),
      text(({ status }) => status),
      text(({ bookedOn }) => bookedOn),
      text(({ valueOn }) => valueOn),
      number('bigint', ({ amountMinor }) => amountMinor),
      number('bigint', ({ chargesMinor }) => chargesMinor),
      text(({ currency }) => currency),
      text(({ isReversal }) => String(isReversal)),
      text(({ isCharge }) => String(isCharge)),
      text(({ references }) => makePgArray([...references])),
      text(({ mentions }) => makePgArray([...mentions])),
      text(({ bankReference }) => bankReference),
      text(({ entryBankReference }) => entryBankReference),
      text(({ lookup }) => lookup),
      text(({ remittance }) => remittance),
      text(({ counterpartyName }) => counterpartyName),
      text(({ counterpartyAccount }) => counterpartyAccount),
    )} as l (id, statement_number, account, entry, status, booked_on, value_on, amount, charges, currency, is_reversal,
      is_charge, refs, mentions, bank_reference, entry_bank_reference, lookup, remittance, name, counterparty)`)
}

export type NewStatement = Omit<typeof bankStatement.$inferSelect, 'tenantId' | 'importId'>

/** Rows of one insert: each has a dozen parameters, and PostgreSQL takes 65,535. */
const STATEMENT_ROWS_MAX = 1_000

/**
 * Makes all of an import seen at once.
 * @returns false where another import, which took this one for dead, is removing it @throws the database's error where
 * another import stored the same meanwhile
 */
export async function finishImport(
  tx: Tx,
  importId: Id<'sti'>,
  { statements, lines, now }: { statements: readonly NewStatement[]; lines: number; now: Date },
): Promise<boolean> {
  const finished = await tx
    .update(statementImport)
    .set({ importedAt: now, statements: statements.length, lines })
    .where(and(eq(statementImport.id, importId), ne(statementImport.lines, DISCARDED)))
    .returning({ id: statementImport.id })
  if (finished.length === 0) return false
  const accounts = [...new Set(statements.map(({ account }) => account))].sort()
  for (let at = 0; at < accounts.length; at += STATEMENT_ROWS_MAX)
    await tx
      .insert(reconciledAccount)
      .values(accounts.slice(at, at + STATEMENT_ROWS_MAX).map((account) => ({ account, since: now, imports: 1 })))
      .onConflictDoUpdate({
        target: [reconciledAccount.tenantId, reconciledAccount.account],
        set: { imports: sql`${reconciledAccount.imports} + 1` },
      })
  for (let at = 0; at < statements.length; at += STATEMENT_ROWS_MAX)
    await tx
      .insert(bankStatement)
      .values(statements.slice(at, at + STATEMENT_ROWS_MAX).map((statement) => ({ ...statement, importId })))
  return true
}

/** Number of lines of an import that is being removed: it cannot be finished any more. */
const DISCARDED = -1

/** Lines removed by one statement, far below what fits into its time. */
const DISCARDED_MAX = 20_000

/**
 * Removes what imports have left that were not finished. They are marked first: whoever lost the lease and does not know it
 * yet must not have its import seen when its lines are gone.
 */
export async function discardUnfinishedImports(db: Db): Promise<void> {
  await db.update(statementImport).set({ lines: DISCARDED }).where(isNull(statementImport.importedAt))
  for (;;) {
    const removed = await db.execute(sql`
      delete from ${bankStatementLine} where (tenant_id, id) in (
        select l.tenant_id, l.id from ${bankStatementLine} l
        join ${statementImport} i on (i.tenant_id, i.id) = (l.tenant_id, l.import_id)
        where i.lines = ${DISCARDED} and l.item_id is null limit ${DISCARDED_MAX}) returning 1`)
    if (removed.length < DISCARDED_MAX) break
  }
  await db.delete(statementImport).where(eq(statementImport.lines, DISCARDED))
}
