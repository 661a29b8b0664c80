import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { RAIL_NAMES } from '../../rails/rail.ts'
import { payment } from './payment.ts'

/** Over which rail a payment goes, and who is at the other end of it. Append-only. */
export const paymentRoute = pgTable(
  'payment_route',
  {
    tenantId: tenantColumn(),
    paymentId: idColumn('pay', 'payment_id').notNull(),
    rail: text('rail', { enum: RAIL_NAMES }).notNull(),
    name: text('name').notNull(),
    /** IBAN, or the id of a card in the vault. */
    account: text('account').notNull(),
    agent: text('agent'),
    remittance: text('remittance'),
    /** Of the idempotency key; null of what no client asked for under one. */
    fateKey: text('fate_key'),
  },
  (table) => [
    primaryKey({ name: 'payment_route_key', columns: [table.tenantId, table.paymentId] }),
    foreignKey({
      name: 'payment_route_payment',
      columns: [table.tenantId, table.paymentId],
      foreignColumns: [payment.tenantId, payment.id],
    }),
    tenantPolicy(),
  ],
)
