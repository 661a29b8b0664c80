import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { isDismissed } from './counted-twice.ts'

/**
 * Whether a line without references, by its uuid, of a table or another statement without balances, is just so in another
 * one. Of lines alike, no more are than the other one has that were not dismissed.
 */
export async function isSaidTwice(tx: Tx, account: string, id: string): Promise<boolean> {
  const alike = sql`account = ${account} and (booked_on, value_on, amount_minor, currency, remittance, counterparty_name,
      counterparty_account) is not distinct from (own.booked_on, own.value_on, own.amount_minor, own.currency, own.remittance,
      own.counterparty_name, own.counterparty_account)
    and booked_on = own.booked_on and bank_reference is null and lookup is null and status = 'BOOK'`
  const [row] = await tx.execute<{ readonly is_said_twice: boolean }>(sql`
    with own as materialized (
      select l.* from ${bankStatementLine} l
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
      where l.id = ${id}::uuid and l.bank_reference is null and l.lookup is null
        and (s.opening_minor is null or s.closing_minor is null)),
    said as materialized (
      select p.import_id, p.statement_number, count(*) filter (where not ${isDismissed(sql`p`)}) as standing,
        count(*) filter (where ${isDismissed(sql`p`)}) as dismissed
      from own cross join lateral (select * from ${bankStatementLine} where ${alike} offset 0) p
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (p.tenant_id, p.import_id, p.statement_number)
      group by p.import_id, p.statement_number)
    select exists (
      select from own
      join said mine on (mine.import_id, mine.statement_number) = (own.import_id, own.statement_number)
      join said other on (other.import_id, other.statement_number) <> (own.import_id, own.statement_number)
      where other.standing > mine.dismissed) as is_said_twice`)
  return row?.is_said_twice ?? false
}
