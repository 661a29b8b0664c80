import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  check,
  doublePrecision,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { SLA_SEVERITIES } from '../../domain/severity.ts'
import { SLA_METRICS } from '../../domain/sla.ts'
import { slices } from './slices.ts'

const IS_OPEN = sql`closed_at is null`

export const slaViolations = pgTable(
  'sla_violation',
  {
    tenantId: tenantColumn(),
    id: idColumn('vio', 'id').notNull(),
    sliceId: idColumn('slc', 'slice_id').notNull(),
    /** The slice's owner, which never changes: a customer's list is one range of an index. */
    ownerId: idColumn('usr', 'owner_id').notNull(),
    metric: text('metric', { enum: SLA_METRICS }).notNull(),
    threshold: doublePrecision('threshold').notNull(),
    observed: doublePrecision('observed').notNull(),
    severity: text('severity', { enum: SLA_SEVERITIES }).notNull(),
    explanation: jsonb('explanation').notNull().$type<Explanation>(),
    openedAt: momentColumn('opened_at').notNull(),
    closedAt: momentColumn('closed_at'),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'sla_violation_key', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'sla_violation_slice',
      columns: [table.tenantId, table.sliceId],
      foreignColumns: [slices.tenantId, slices.id],
    }),
    // The second net below the lock on the slice: one objective is never violated twice at once.
    uniqueIndex('sla_violation_open').on(table.tenantId, table.sliceId, table.metric).where(IS_OPEN),
    index('sla_violation_newest').on(table.tenantId, table.openedAt, table.id),
    index('sla_violation_of_slice').on(table.tenantId, table.sliceId, table.openedAt, table.id),
    index('sla_violation_of_owner').on(table.tenantId, table.ownerId, table.openedAt, table.id),
    index('sla_violation_newest_open').on(table.tenantId, table.openedAt, table.id).where(IS_OPEN),
    check(
      'sla_violation_metric',
      sql`${table.metric} in ('LATENCY_MS', 'JITTER_MS', 'PACKET_LOSS_RATIO', 'DOWNLINK_BPS')`,
    ),
    check('sla_violation_severity', sql`${table.severity} in ('MINOR', 'MAJOR', 'CRITICAL')`),
    // Not later: enough probes may open and close it within one instant.
    check('sla_violation_closed_not_before', sql`${table.closedAt} >= ${table.openedAt}`),
  ],
)
