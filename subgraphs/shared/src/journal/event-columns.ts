import { integer, jsonb, text } from 'drizzle-orm/pg-core'
import { idColumn } from '../id-column.ts'
import { momentColumn } from '../moment-column.ts'

/** What an event says. JSON: amounts and other large integers are strings in it. */
export type EventData = Readonly<Record<string, unknown>>

/** What is stored of an event, in the journal as on the bus. */
export const eventColumns = () => ({
  id: idColumn('evt', 'event_id').notNull(),
  aggregateType: text('aggregate_type').notNull(),
  aggregateId: text('aggregate_id').notNull(),
  version: integer('version').notNull(),
  type: text('type').notNull(),
  data: jsonb('data').notNull().$type<EventData>(),
  actor: text('actor').notNull(),
  correlationId: text('correlation_id').notNull(),
  causationId: text('causation_id'),
  occurredAt: momentColumn('occurred_at').notNull(),
})
