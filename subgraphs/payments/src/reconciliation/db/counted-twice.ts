import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type SQL, sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'

/** Statements that are compared: a day is told by itself, and with its week, its month, its quarter and its year. */
const COMPARED_MAX = 16

const isSameLine = (one: SQL, other: SQL): SQL => sql`(${one}.amount_minor, ${one}.booked_on, ${one}.currency) =
  (${other}.amount_minor, ${other}.booked_on, ${other}.currency)
  and ${one}.bank_reference is not distinct from ${other}.bank_reference
  and ${one}.lookup is not distinct from ${other}.lookup`

export const isDismissed = (line: SQL): SQL => sql`exists (
  select from ${reconciliationItem} i where i.id = ${line}.item_id and i.resolution = 'DISMISSED')`

const isBookedIn = (line: SQL, statement: SQL): SQL => sql`${line}.tenant_id = ${statement}.tenant_id
  and ${line}.import_id = ${statement}.import_id and ${line}.statement_number = ${statement}.number and ${line}.status = 'BOOK'`

const said = (statement: SQL): SQL => sql`
  select amount_minor, booked_on, bank_reference, lookup from ${bankStatementLine} k where ${isBookedIn(sql`k`, statement)}`

/** Whether all of one is in the other, which says of the beginning of its days that there was as much on the account. */
const isPartOf = (part: SQL, whole: SQL): SQL => sql`not exists (${said(part)} except all ${said(whole)})
  and ${part}.opening_minor = ${whole}.opening_minor + (
    select coalesce(sum(w.amount_minor), 0) from ${bankStatementLine} w where ${isBookedIn(sql`w`, whole)}
      and w.booked_on < (select min(k.booked_on) from ${bankStatementLine} k where ${isBookedIn(sql`k`, part)}))`

/**
 * Whether a line, by its uuid, of a statement with balances is counted in those of another one of the same days, as in those of
 * the month beside those of the day: one of the two is part of the other, and neither begins with what the other ends with. Of
 * lines alike, as many are as the other one has that were not dismissed.
 */
export async function isCountedTwice(tx: Tx, account: string, id: string): Promise<boolean> {
  const [row] = await tx.execute<{ readonly is_counted_twice: boolean }>(sql`
    with own as materialized (
      select l.account, l.amount_minor, l.booked_on, l.currency, l.bank_reference, l.lookup, s.tenant_id, s.import_id, s.number,
        s.opening_minor, s.closing_minor
      from ${bankStatementLine} l
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
      where l.id = ${id}::uuid),
    other as materialized (
      select a.tenant_id, a.import_id, a.number, a.opening_minor, a.closing_minor, count(*) as lines
      from own join ${bankStatementLine} p on p.account || '' = ${account}
        and (p.bank_reference = own.bank_reference or p.lookup = own.lookup) and ${isSameLine(sql`p`, sql`own`)}
      join ${bankStatement} a on (a.tenant_id, a.import_id, a.number) = (p.tenant_id, p.import_id, p.statement_number)
      where (a.import_id, a.number) <> (own.import_id, own.number) and not a.is_notification
        and a.opening_minor <> own.closing_minor and a.closing_minor <> own.opening_minor and not ${isDismissed(sql`p`)}
      group by a.tenant_id, a.import_id, a.number, a.opening_minor, a.closing_minor limit ${COMPARED_MAX})
    select exists (
      select from own, other
      where ((${isPartOf(sql`other`, sql`own`)}) or (${isPartOf(sql`own`, sql`other`)}))
        and other.lines > (
          select count(*) from ${bankStatementLine} d
          where ${isBookedIn(sql`d`, sql`own`)} and ${isSameLine(sql`d`, sql`own`)} and ${isDismissed(sql`d`)})
    ) as is_counted_twice`)
  return row?.is_counted_twice ?? false
}
