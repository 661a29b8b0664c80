import { CARD_BRANDS } from '@carriergraph/shared/cards/brands.ts'
import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytesColumn } from '../bytes-column.ts'
import { vaultDataKey } from './vault-data-key.ts'

/**
 * A payment card, known elsewhere by its id alone. Its number is here encrypted, and gone when the card is removed; a
 * security code has no column.
 */
export const card = pgTable(
  'card',
  {
    tenantId: tenantColumn(),
    id: idColumn('card').notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    brand: text('brand', { enum: CARD_BRANDS }).notNull(),
    bin: text('bin').notNull(),
    lastFour: text('last_four').notNull(),
    expiryMonth: integer('expiry_month').notNull(),
    expiryYear: integer('expiry_year').notNull(),
    /** Number of the card's events in the journal. */
    version: integer('version').notNull(),
    dataKeyId: idColumn('vdk', 'data_key_id'),
    /** The number under the data key, bound to tenant and id. */
    sealed: bytesColumn('sealed'),
    lookupKeyId: text('lookup_key_id'),
    /** HMAC of tenant, owner and number under the lookup key: the same number of the same owner is the same card. */
    fingerprint: bytesColumn('fingerprint'),
    createdAt: momentColumn('created_at').notNull(),
    removedAt: momentColumn('removed_at'),
  },
  (table) => [
    primaryKey({ name: 'card_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('card_once_for_each_owner').on(table.tenantId, table.ownerId, table.lookupKeyId, table.fingerprint),
    index('card_of_owner').on(table.tenantId, table.ownerId, table.id).where(sql`${table.removedAt} is null`),
    // How many cards are under which key; also keeps a data key from being removed at the cost of a scan.
    index('card_of_data_key').on(table.tenantId, table.dataKeyId, table.id),
    foreignKey({
      name: 'card_data_key',
      columns: [table.tenantId, table.dataKeyId],
      foreignColumns: [vaultDataKey.tenantId, vaultDataKey.id],
    }),
    // What may be shown of a number, and no more: a whole one does not fit.
    check('card_bin_form', sql`${table.bin} ~ '^([0-9]{6}|[0-9]{8})$'`),
    check('card_last_four_form', sql`${table.lastFour} ~ '^[0-9]{4}$'`),
    check('card_expiry_month_form', sql`${table.expiryMonth} between 1 and 12`),
    check(
      'card_number_until_removed',
      sql`num_nonnulls(${table.dataKeyId}, ${table.sealed}, ${table.lookupKeyId}, ${table.fingerprint}) = case when ${table.removedAt} is null then 4 else 0 end`,
    ),
    tenantPolicy(),
  ],
)

export type CardRow = typeof card.$inferSelect
