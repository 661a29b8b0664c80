import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '@carriergraph/shared/db/sql-error.ts'
import { getTableName, sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'

/** What an import, or a run, makes a hundred times as large in one go. */
const TABLES = [bankStatement, bankStatementLine, expectedMovement, reconciliationItem].map(getTableName)

/** Below so many blocks of 8 KB more than double, no plan is bad enough to matter. */
const GROWN_BLOCKS_MIN = 10

/**
 * Has the planner look at tables that have more than doubled since it last did. Autovacuum gets there a minute later; until
 * then each index seems as good as any other, and a run would read all lines for each line. Of its own accord, before the
 * transaction that matches: in it, others who reconcile would wait for its lock on the table.
 */
export async function analyzeGrown(db: TenantDb): Promise<void> {
  const grown = await db.execute<{ name: string }>(sql`
    select relname as name from pg_class
    where oid = any(array(select to_regclass(name) from unnest(${sql.param(TABLES)}::text[]) as given (name)))
      and pg_relation_size(oid) / current_setting('block_size')::int > 2 * relpages + ${GROWN_BLOCKS_MIN}
    order by relname`)
  for (const { name } of grown)
    await db.execute(sql`analyze ${sql.identifier(name)}`).catch((error: unknown) => {
      // Whoever has it, as autovacuum does, is at it.
      if (postgresErrorBehind(error)?.code !== SQL_STATE.lockNotAvailable) throw error
    })
}
