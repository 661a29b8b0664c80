import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { pgTable, primaryKey } from 'drizzle-orm/pg-core'

/** What payments know of billing's accounts: read from the event `account.opened` alone. */
export const billingAccountRef = pgTable(
  'billing_account_ref',
  {
    tenantId: tenantColumn(),
    id: idColumn('acc').notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    currency: currencyColumn(),
    openedAt: momentColumn('opened_at').notNull(),
  },
  (table) => [primaryKey({ name: 'billing_account_ref_key', columns: [table.tenantId, table.id] }), tenantPolicy()],
)

export type BillingAccountRefRow = typeof billingAccountRef.$inferSelect
