import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { card } from './card.ts'

/** Every time that somebody was to be shown a whole card number: what the bound on reveals counts. Append-only. */
export const cardReveal = pgTable(
  'card_reveal',
  {
    tenantId: tenantColumn(),
    id: idColumn('rvl').notNull(),
    cardId: idColumn('card', 'card_id').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
    revealedAt: momentColumn('revealed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'card_reveal_key', columns: [table.tenantId, table.id] }),
    index('card_reveal_of_actor').on(table.tenantId, table.actor, table.revealedAt),
    foreignKey({
      name: 'card_reveal_card',
      columns: [table.tenantId, table.cardId],
      foreignColumns: [card.tenantId, card.id],
    }),
    tenantPolicy(),
  ],
)
