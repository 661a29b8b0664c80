import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { AlikeLines } from '../matching/alike.ts'
import { ALIKE, type AlikeRow, toAlikeLines } from './counted-twice.ts'

/** A statement is of a month at the most, as a rule: so long after a day that of the day may be closed. */
const STATEMENT_DAYS_MAX = 31
/** Statements that are looked at: a day is told by itself, and with its week and its month. */
const STATEMENTS_MAX = 8

/** What says just so what a line says, without references as well. */
const JUST_SO = sql`
  select p.tenant_id, p.id, p.import_id, p.statement_number, p.item_id from own cross join lateral (
    select * from ${bankStatementLine} where account = own.account
      and (booked_on, value_on, amount_minor, currency, remittance, counterparty_name, counterparty_account) is not distinct from
        (own.booked_on, own.value_on, own.amount_minor, own.currency, own.remittance, own.counterparty_name,
        own.counterparty_account)
      and booked_on = own.booked_on and bank_reference is null and lookup is null and status = 'BOOK' offset 0) p`

/** What statements with balances tell of its day and amount, and of no other account: with references that a table has not. */
const IN_BALANCES = sql`
  select p.tenant_id, p.id, p.import_id, p.statement_number, p.item_id from own
  cross join lateral (
    select tenant_id, import_id, number from ${bankStatement}
    where account = own.account and not is_notification and opening_minor is not null and closing_minor is not null
      and closing_on between own.booked_on::text and (own.booked_on + ${STATEMENT_DAYS_MAX}::int)::text
    order by closing_on limit ${STATEMENTS_MAX}) a
  cross join lateral (
    select * from ${bankStatementLine} where (tenant_id, import_id, statement_number) = (a.tenant_id, a.import_id, a.number)
      and (booked_on, amount_minor, currency, status) = (own.booked_on, own.amount_minor, own.currency, 'BOOK')
      and coalesce(counterparty_account = own.counterparty_account, true) offset 0) p`

/**
 * Lines that say what a line without references, by its uuid, of a table or another statement without balances says: just so, or
 * counted in balances.
 * @returns those of its own statement, and of each other one; none of other lines
 */
export async function linesSaidTwice(tx: Tx, account: string, id: string): Promise<readonly AlikeLines[]> {
  const rows = await tx.execute<AlikeRow>(sql`
    with own as materialized (
      select l.* from ${bankStatementLine} l
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
      where l.id = ${id}::uuid and l.account = ${account} and l.bank_reference is null and l.lookup is null
        and (s.opening_minor is null or s.closing_minor is null))
    select ${ALIKE}
    from (${JUST_SO} union ${IN_BALANCES}) p
    join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (p.tenant_id, p.import_id, p.statement_number)
    left join ${reconciliationItem} i on i.id = p.item_id
    group by p.import_id, p.statement_number`)
  return rows.map(toAlikeLines)
}
