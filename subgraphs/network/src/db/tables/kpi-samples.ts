import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, doublePrecision, foreignKey, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { UNNAMED_PROBE } from '../../domain/kpi-sample.ts'
import { SLA_METRICS } from '../../domain/sla.ts'
import { slices } from './slices.ts'

/**
 * What was measured. Append-only, which a trigger holds: a sample that comes again changes nothing. So old samples are
 * not deleted one by one either: to be rid of them, partition the table by `observed_at`, one partition a month, and
 * drop the oldest, which no trigger on rows or statements stands against and which leaves nothing to vacuum.
 */
export const kpiSamples = pgTable(
  'kpi_sample',
  {
    tenantId: tenantColumn(),
    sliceId: idColumn('slc', 'slice_id').notNull(),
    observedAt: momentColumn('observed_at').notNull(),
    probe: text('probe').notNull().default(UNNAMED_PROBE),
    latencyMs: doublePrecision('latency_ms'),
    jitterMs: doublePrecision('jitter_ms'),
    packetLossRatio: doublePrecision('packet_loss_ratio'),
    downlinkBps: bigint('downlink_bps', { mode: 'number' }),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'kpi_sample_key', columns: [table.tenantId, table.sliceId, table.observedAt, table.probe] }),
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
    check(
      'kpi_window_metric',
      sql`${table.metric} in ('LATENCY_MS', 'JITTER_MS', 'PACKET_LOSS_RATIO', 'DOWNLINK_BPS')`,
    ),
  ],
)
