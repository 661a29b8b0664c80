import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import {
  UNAPPLIED_DIRECTIONS,
  UNAPPLIED_PLACES,
  UNAPPLIED_REASONS,
  type UnappliedMoney,
} from '../../domain/unapplied.ts'

/** Money that has moved outside and could not be put where it belongs. Append-only. */
export const unappliedMoney = pgTable(
  'unapplied_money',
  {
    tenantId: tenantColumn(),
    id: idColumn('uam').notNull(),
    reference: text('reference').$type<UnappliedMoney['reference']>().notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    accountId: idColumn('led', 'account_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    direction: text('direction', { enum: UNAPPLIED_DIRECTIONS }).notNull(),
    place: text('place', { enum: UNAPPLIED_PLACES }).notNull(),
    reason: text('reason', { enum: UNAPPLIED_REASONS }).notNull(),
    recordedAt: momentColumn('recorded_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'unapplied_money_key', columns: [table.tenantId, table.id] }),
    index('unapplied_money_of_reference').on(table.tenantId, table.reference, table.id),
    check('unapplied_money_above_zero', sql`${table.amountMinor} > 0`),
    tenantPolicy(),
  ],
)

export type UnappliedMoneyRow = typeof unappliedMoney.$inferSelect
