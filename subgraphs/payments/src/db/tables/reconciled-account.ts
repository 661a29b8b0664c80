import { tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** A bank account that is reconciled every day: there since its first statement, or since something was expected on it. */
export const reconciledAccount = pgTable(
  'reconciled_account',
  {
    tenantId: tenantColumn(),
    /** As statements name it: an IBAN, or the bank's own number. */
    account: text('account').notNull(),
    since: moment('since').notNull(),
    /** Files that had a statement of it: goes up when there may be something new. */
    imports: integer('imports').notNull().default(0),
  },
  (table) => [primaryKey({ name: 'reconciled_account_key', columns: [table.tenantId, table.account] }), tenantPolicy()],
)
