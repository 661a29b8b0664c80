import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { PAYMENT_MODES } from '../../domain/account.ts'
import { tariffs } from './tariffs.ts'

/** `balanceMinor` and `entrySequence` are those of the account's last balance entry, written with it. */
export const billingAccounts = pgTable(
  'billing_account',
  {
    tenantId: tenantColumn(),
    id: idColumn('acc', 'id').notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    msisdn: text('msisdn').notNull(),
    paymentMode: text('payment_mode', { enum: PAYMENT_MODES }).notNull(),
    tariffId: idColumn('trf', 'tariff_id').notNull(),
    currency: currencyColumn(),
    creditLimitMinor: minorColumn('credit_limit_minor'),
    lowBalanceThresholdMinor: minorColumn('low_balance_threshold_minor'),
    balanceMinor: minorColumn('balance_minor'),
    entrySequence: bigint('entry_sequence', { mode: 'bigint' }).notNull(),
    /** Of the account's last event in the journal. */
    version: integer('version').notNull(),
    createdAt: momentColumn('created_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique(MSISDN_UNIQUE).on(table.tenantId, table.msisdn),
    foreignKey({ columns: [table.tenantId, table.tariffId], foreignColumns: [tariffs.tenantId, tariffs.id] }),
    index('billing_account_newest').on(table.tenantId, table.createdAt, table.id),
    index('billing_account_newest_of_owner').on(table.tenantId, table.ownerId, table.createdAt, table.id),
    check('billing_account_msisdn_e164', sql`${table.msisdn} ~ '^[1-9][0-9]{6,14}$'`),
    check('billing_account_payment_mode', sql`${table.paymentMode} in ('PREPAID', 'POSTPAID')`),
    check(
      'billing_account_credit_limit',
      sql`case ${table.paymentMode} when 'PREPAID' then ${table.creditLimitMinor} = 0 else ${table.creditLimitMinor} > 0 end`,
    ),
    check('billing_account_threshold', sql`${table.lowBalanceThresholdMinor} >= 0`),
    check('billing_account_entry_sequence', sql`${table.entrySequence} >= 1`),
  ],
)

/** Two openings of the same number meet here. */
export const MSISDN_UNIQUE = 'billing_account_msisdn'
