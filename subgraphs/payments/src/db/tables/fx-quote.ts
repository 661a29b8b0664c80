import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, index, integer, numeric, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'

/** A price for an exchange that holds for a short time. Of the amounts, all but `delivered` are in the source currency. */
export const fxQuote = pgTable(
  'fx_quote',
  {
    tenantId: tenantColumn(),
    id: idColumn('fxq').notNull(),
    /** Whose quote it is; null for a service's own. */
    ownerId: idColumn('usr', 'owner_id'),
    /** Id of the user or service that sent the key. */
    requestedBy: text('requested_by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** SHA-256 in hex over what was asked for. */
    requestHash: text('request_hash').notNull(),
    side: text('side', { enum: ['SOURCE', 'TARGET'] }).notNull(),
    sourceCurrency: currencyColumn('source_currency'),
    targetCurrency: currencyColumn('target_currency'),
    debitedMinor: minorColumn('debited_minor'),
    fixedFeeMinor: minorColumn('fixed_fee_minor'),
    proportionalFeeMinor: minorColumn('proportional_fee_minor'),
    exchangedMinor: minorColumn('exchanged_minor'),
    deliveredMinor: minorColumn('delivered_minor'),
    deliveredAtMidMinor: minorColumn('delivered_at_mid_minor'),
    spreadMinor: minorColumn('spread_minor'),
    roundingMinor: minorColumn('rounding_minor'),
    midRate: numeric('mid_rate').notNull(),
    customerRate: numeric('customer_rate').notNull(),
    spread_bps: integer('spread_bps').notNull(),
    fee_bps: integer('fee_bps').notNull(),
    /** The published rates behind it; null for the euro itself. */
    sourceRate: numeric('source_rate'),
    sourceRateDay: date('source_rate_day', { mode: 'string' }),
    sourceRateVersion: integer('source_rate_version'),
    targetRate: numeric('target_rate'),
    targetRateDay: date('target_rate_day', { mode: 'string' }),
    targetRateVersion: integer('target_rate_version'),
    createdAt: momentColumn('created_at').notNull(),
    expiresAt: momentColumn('expires_at').notNull(),
    /** What it was used for, once. */
    usedFor: text('used_for'),
    usedAt: momentColumn('used_at'),
  },
  (table) => [
    primaryKey({ name: 'fx_quote_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('fx_quote_request').on(table.tenantId, table.requestedBy, table.idempotencyKey),
    uniqueIndex('fx_quote_used_for').on(table.tenantId, table.usedFor).where(sql`${table.usedFor} is not null`),
    index('fx_quote_unused').on(table.expiresAt).where(sql`${table.usedAt} is null`),
    // The books of an exchange close in the row itself.
    check(
      'fx_quote_debited_is_its_parts',
      sql`${table.debitedMinor} = ${table.fixedFeeMinor} + ${table.proportionalFeeMinor} + ${table.exchangedMinor}`,
    ),
    check(
      'fx_quote_exchanged_is_its_parts',
      sql`${table.exchangedMinor} = ${table.deliveredAtMidMinor} + ${table.spreadMinor} + ${table.roundingMinor}`,
    ),
    check(
      'fx_quote_no_part_negative',
      sql`least(${table.fixedFeeMinor}, ${table.proportionalFeeMinor}, ${table.spreadMinor}, ${table.roundingMinor}) >= 0
        and least(${table.exchangedMinor}, ${table.deliveredMinor}, ${table.deliveredAtMidMinor}) > 0`,
    ),
    check('fx_quote_two_currencies', sql`${table.sourceCurrency} <> ${table.targetCurrency}`),
    check('fx_quote_used_whole', sql`num_nonnulls(${table.usedFor}, ${table.usedAt}) in (0, 2)`),
    tenantPolicy(),
  ],
)

export type FxQuoteRow = typeof fxQuote.$inferSelect
