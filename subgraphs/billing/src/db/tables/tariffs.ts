import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, numeric, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { USAGE_TYPES } from '../../domain/usage.ts'

export const tariffs = pgTable(
  'tariff',
  {
    tenantId: tenantColumn(),
    id: idColumn('trf', 'id').notNull(),
    name: text('name').notNull(),
    currency: currencyColumn(),
    createdAt: momentColumn('created_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique('tariff_name').on(table.tenantId, table.name),
    // Names go into cursors.
    check('tariff_name_length', sql`char_length(${table.name}) between 1 and 100`),
    check('tariff_currency_code', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
)

export const tariffRates = pgTable(
  'tariff_rate',
  {
    tenantId: tenantColumn(),
    tariffId: idColumn('trf', 'tariff_id').notNull(),
    usageType: text('usage_type', { enum: USAGE_TYPES }).notNull(),
    /** Seconds, bytes or messages. */
    blockSize: bigint('block_size', { mode: 'number' }).notNull(),
    /** In the tariff's currency; a block may cost less than a minor unit. */
    pricePerBlock: numeric('price_per_block', { precision: 18, scale: 8 }).notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.tariffId, table.usageType] }),
    foreignKey({ columns: [table.tenantId, table.tariffId], foreignColumns: [tariffs.tenantId, tariffs.id] }),
    check('tariff_rate_usage_type', sql`${table.usageType} in ('VOICE', 'DATA', 'SMS')`),
    check('tariff_rate_block_size', sql`${table.blockSize} between 1 and 9007199254740991`),
    check('tariff_rate_price', sql`${table.pricePerBlock} >= 0`),
  ],
)
