import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { AlikeLines } from '../matching/alike.ts'
import { ALIKE, type AlikeRow, toAlikeLines } from './counted-twice.ts'

/**
 * Lines that say just so what a line without references, by its uuid, of a table or another statement without balances says.
 * @returns those of its own statement, and of each other one; none of other lines
 */
export async function linesSaidTwice(tx: Tx, account: string, id: string): Promise<readonly AlikeLines[]> {
  const alike = sql`account = ${account} and (booked_on, value_on, amount_minor, currency, remittance, counterparty_name,
      counterparty_account) is not distinct from (own.booked_on, own.value_on, own.amount_minor, own.currency, own.remittance,
      own.counterparty_name, own.counterparty_account)
    and booked_on = own.booked_on and bank_reference is null and lookup is null and status = 'BOOK'`
  const rows = await tx.execute<AlikeRow>(sql`
    with own as materialized (
      select l.* from ${bankStatementLine} l
      join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
      where l.id = ${id}::uuid and l.bank_reference is null and l.lookup is null
        and (s.opening_minor is null or s.closing_minor is null))
    select ${ALIKE}
    from own cross join lateral (select * from ${bankStatementLine} where ${alike} offset 0) p
    join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (p.tenant_id, p.import_id, p.statement_number)
    left join ${reconciliationItem} i on i.id = p.item_id
    group by p.import_id, p.statement_number`)
  return rows.map(toAlikeLines)
}
