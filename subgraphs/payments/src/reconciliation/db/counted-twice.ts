import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type SQL, sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { AlikeLines } from '../matching/alike.ts'

/** Statements that are compared: a day is told by itself, and with its week, its month, its quarter and its year. */
const COMPARED_MAX = 16

/** An `AlikeLines` of lines `p` that are joined with their items `i`. What no run has looked at is not in the books yet. */
export const ALIKE = sql`count(*)::int as told,
  (count(*) filter (where i.rule <> 'ALSO_NOTIFIED' and i.resolution is distinct from 'DISMISSED'))::int as standing,
  coalesce(array_agg(p.id::text) filter (where i.rule = 'ALSO_NOTIFIED'), '{}') as told_again`

export type AlikeRow = Pick<AlikeLines, 'told' | 'standing'> & { readonly told_again: readonly string[] }

export const toAlikeLines = ({ told, standing, told_again }: AlikeRow): AlikeLines => ({
  told,
  standing,
  toldAgain: told_again,
})

const isSameLine = (one: SQL, other: SQL): SQL => sql`(${one}.amount_minor, ${one}.booked_on, ${one}.currency) =
  (${other}.amount_minor, ${other}.booked_on, ${other}.currency)
  and ${one}.bank_reference is not distinct from ${other}.bank_reference
  and ${one}.lookup is not distinct from ${other}.lookup`

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
 * Whether a statement in their currency, or of before that was stored, goes, on that day, from what one of the two ends with
 * to what the other begins with, beside the whole.
 */
const isApart = (part: SQL, whole: SQL, day: SQL): SQL => sql`exists (
  select from ${bankStatement} b
  where b.tenant_id = ${part}.tenant_id and b.account = ${part}.account and not b.is_notification
    and (b.currency = ${part}.currency) is not false
    and ((b.opening_minor, b.closing_minor) = (${part}.closing_minor, ${whole}.opening_minor)
      or (b.opening_minor, b.closing_minor) = (${whole}.closing_minor, ${part}.opening_minor))
    and exists (select from (${said(sql`b`)} except all ${said(whole)}) as beside where beside.booked_on = ${day}))`

const tellsAgain = (part: SQL, whole: SQL, day: SQL): SQL =>
  sql`(${isPartOf(part, whole)} and not ${isApart(part, whole, day)})`

/**
 * Lines alike of the statements that count them in balances of the same days, as in those of the month beside those of the day:
 * one of two is part of the other, neither begins with what the other ends with, and no other statement is between them.
 * @param ids of lines of statements with balances, by uuid; all have references
 * @returns for each of these that is not alike with another one of its statement: of this and of each other statement
 */
export async function linesCountedTwice(
  tx: Tx,
  account: string,
  ids: readonly string[],
): Promise<readonly (readonly AlikeLines[])[]> {
  const rows = await tx.execute<AlikeRow & { readonly line_id: string }>(sql`
    with own as materialized (
      select distinct on (s.import_id, s.number, l.amount_minor, l.booked_on, l.currency, l.bank_reference, l.lookup)
        l.id, l.amount_minor, l.booked_on, l.currency, l.bank_reference, l.lookup, s.import_id, s.number,
        s.opening_minor, s.closing_minor
      from ${unnested({ type: 'uuid', values: ids })} as given (id) join ${bankStatementLine} l on l.id = given.id
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)),
    alike as materialized (
      select own.id as line_id, own.booked_on, own.import_id as own_import_id, own.number as own_number, a.import_id, a.number,
        own.opening_minor = a.closing_minor or own.closing_minor = a.opening_minor as is_beside, ${ALIKE}
      from own join ${bankStatementLine} p on p.account || '' = ${account}
        and (p.bank_reference = own.bank_reference or p.lookup = own.lookup) and ${isSameLine(sql`p`, sql`own`)}
      join ${bankStatement} a on (a.tenant_id, a.import_id, a.number) = (p.tenant_id, p.import_id, p.statement_number)
      left join ${reconciliationItem} i on i.id = p.item_id
      where not a.is_notification and a.opening_minor is not null and a.closing_minor is not null
      group by 1, 2, 3, 4, 5, 6, 7),
    pair as materialized (
      select own_import_id, own_number, import_id, number, booked_on from alike
      where (import_id, number) <> (own_import_id, own_number) and not is_beside
      group by 1, 2, 3, 4, 5 order by max(told) desc limit ${COMPARED_MAX}),
    related as materialized (
      select pair.* from pair
      join ${bankStatement} own on (own.import_id, own.number) = (pair.own_import_id, pair.own_number)
      join ${bankStatement} other on (other.import_id, other.number) = (pair.import_id, pair.number)
      where ${tellsAgain(sql`other`, sql`own`, sql`pair.booked_on`)} or ${tellsAgain(sql`own`, sql`other`, sql`pair.booked_on`)})
    select line_id::text, told, standing, told_again from alike
    where (import_id, number) = (own_import_id, own_number) or exists (
      select from related r where (r.own_import_id, r.own_number, r.import_id, r.number, r.booked_on) =
        (alike.own_import_id, alike.own_number, alike.import_id, alike.number, alike.booked_on))`)
  return [...Map.groupBy(rows, ({ line_id }) => line_id).values()].map((alike) => alike.map(toAlikeLines))
}
