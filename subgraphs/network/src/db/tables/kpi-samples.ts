import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  doublePrecision,
  foreignKey,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { SLA_METRICS } from '../../domain/sla.ts'
import { slices } from './slices.ts'

/** What was measured. Append-only: a sample that comes again changes nothing. */
export const kpiSamples = pgTable(
  'kpi_sample',
  {
    tenantId: tenantColumn(),
    sliceId: idColumn('slc', 'slice_id').notNull(),
    observedAt: timestamp('observed_at', { withTimezone: true, precision: 3 }).notNull(),
    latencyMs: doublePrecision('latency_ms'),
    jitterMs: doublePrecision('jitter_ms'),
    packetLossRatio: doublePrecision('packet_loss_ratio'),
    downlinkBps: bigint('downlink_bps', { mode: 'number' }),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'kpi_sample_key', columns: [table.tenantId, table.sliceId, table.observedAt] }),
    foreignKey({
      name: 'kpi_sample_slice',
      columns: [table.tenantId, table.sliceId],
      foreignColumns: [slices.tenantId, slices.id],
    }),
    check(
      'kpi_sample_values',
      sql`num_nonnulls(${table.latencyMs}, ${table.jitterMs}, ${table.packetLossRatio}, ${table.downlinkBps}) > 0`,
    ),
  ],
)

/** A reading as JSON: unix time in ms, and the value. */
export type StoredReading = readonly [observedAt_ms: number, value: number]

/**
 * The latest readings of each metric of a slice. They stand in kpi_sample too; looking them up there would mean reading
 * back through all the samples that lack the value.
 */
export const kpiWindows = pgTable(
  'kpi_window',
  {
    tenantId: tenantColumn(),
    sliceId: idColumn('slc', 'slice_id').notNull(),
    metric: text('metric', { enum: SLA_METRICS }).notNull(),
    readings: jsonb('readings').notNull().$type<readonly StoredReading[]>(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'kpi_window_key', columns: [table.tenantId, table.sliceId, table.metric] }),
    foreignKey({
      name: 'kpi_window_slice',
      columns: [table.tenantId, table.sliceId],
      foreignColumns: [slices.tenantId, slices.id],
    }),
  ],
)
