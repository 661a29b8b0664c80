import { tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** A bank account that is reconciled every day: there since its first statement, or since something was expected on it. */
export const reconciledAccount = pgTable(
  'reconciled_account',
  {
    tenantId: tenantColumn(),
    /** As statements name it: an IBAN, or the bank's own number. */
    account: text('account').notNull(),
    since: momentColumn('since').notNull(),
    /** Files that had a statement of it: goes up when there may be something new. */
    imports: integer('imports').notNull().default(0),
  },
  (table) => [primaryKey({ name: 'reconciled_account_key', columns: [table.tenantId, table.account] }), tenantPolicy()],
)
