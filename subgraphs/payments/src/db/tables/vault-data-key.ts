import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytesColumn } from '../bytes-column.ts'

/** A key that a tenant's card numbers are encrypted with; stored encrypted under a wrapping key that is kept elsewhere. */
export const vaultDataKey = pgTable(
  'vault_data_key',
  {
    tenantId: tenantColumn(),
    id: idColumn('vdk').notNull(),
    wrappingKeyId: text('wrapping_key_id').notNull(),
    wrapped: bytesColumn('wrapped').notNull(),
    createdAt: momentColumn('created_at').notNull(),
    /** Null for the one that new cards are sealed with. */
    retiredAt: momentColumn('retired_at'),
  },
  (table) => [
    primaryKey({ name: 'vault_data_key_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('vault_data_key_one_active').on(table.tenantId).where(sql`${table.retiredAt} is null`),
    // Version, nonce, tag and the 32 bytes of an AES-256 key: nothing shorter was ever encrypted.
    check('vault_data_key_wrapped_size', sql`octet_length(${table.wrapped}) >= 61`),
    tenantPolicy(),
  ],
)

export type VaultDataKeyRow = typeof vaultDataKey.$inferSelect
