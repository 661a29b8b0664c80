import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { settlementCycle } from './settlement-cycle.ts'

/** What a closed cycle comes to for one participant. Append-only. */
export const settlementPosition = pgTable(
  'settlement_position',
  {
    tenantId: tenantColumn(),
    cycleId: idColumn('cyc', 'cycle_id').notNull(),
    accountId: idColumn('led', 'account_id').notNull(),
    paysMinor: minorColumn('pays_minor'),
    receivesMinor: minorColumn('receives_minor'),
    feesMinor: minorColumn('fees_minor'),
  },
  (table) => [
    primaryKey({ name: 'settlement_position_key', columns: [table.tenantId, table.cycleId, table.accountId] }),
    foreignKey({
      name: 'settlement_position_cycle',
      columns: [table.tenantId, table.cycleId],
      foreignColumns: [settlementCycle.tenantId, settlementCycle.id],
    }),
    tenantPolicy(),
  ],
)
