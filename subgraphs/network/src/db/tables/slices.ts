import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, doublePrecision, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { SLICE_SERVICE_TYPES } from '../../domain/s-nssai.ts'

export const slices = pgTable(
  'slice',
  {
    tenantId: tenantColumn(),
    id: idColumn('slc', 'id').notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    name: text('name').notNull(),
    serviceType: text('service_type', { enum: SLICE_SERVICE_TYPES }).notNull(),
    /** Slice differentiator: with the service type's SST it names the slice in the tenant's network. */
    sd: integer('sd').notNull(),
    latencyMsMax: doublePrecision('latency_ms_max'),
    jitterMsMax: doublePrecision('jitter_ms_max'),
    packetLossRatioMax: doublePrecision('packet_loss_ratio_max'),
    downlinkBpsMin: bigint('downlink_bps_min', { mode: 'number' }),
    orderedBy: text('ordered_by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    requestHash: text('request_hash').notNull(),
    createdAt: momentColumn('created_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'slice_key', columns: [table.tenantId, table.id] }),
    // Whose key it is: two callers may use the same text without meeting.
    unique('slice_order').on(table.tenantId, table.orderedBy, table.idempotencyKey),
    unique('slice_s_nssai').on(table.tenantId, table.serviceType, table.sd),
    index('slice_newest').on(table.tenantId, table.createdAt, table.id),
    index('slice_of_owner').on(table.tenantId, table.ownerId, table.createdAt, table.id),
    check('slice_service_type', sql`${table.serviceType} in ('EMBB', 'URLLC', 'MIOT', 'V2X')`),
    check('slice_sd', sql`${table.sd} between 1 and 16777214`),
    check(
      'slice_objectives',
      sql`num_nonnulls(${table.latencyMsMax}, ${table.jitterMsMax}, ${table.packetLossRatioMax}, ${table.downlinkBpsMin}) > 0`,
    ),
  ],
)

/** The last slice differentiator of each service type; its row is what two orders at once wait for. */
export const sdCounters = pgTable(
  'sd_counter',
  {
    tenantId: tenantColumn(),
    serviceType: text('service_type', { enum: SLICE_SERVICE_TYPES }).notNull(),
    lastSd: integer('last_sd').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'sd_counter_key', columns: [table.tenantId, table.serviceType] }),
    check('sd_counter_service_type', sql`${table.serviceType} in ('EMBB', 'URLLC', 'MIOT', 'V2X')`),
  ],
)
