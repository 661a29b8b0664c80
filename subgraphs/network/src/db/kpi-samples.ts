import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { asText, unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, between, eq, getTableColumns, sql } from 'drizzle-orm'
import type { KpiSample } from '../domain/kpi-sample.ts'
import type { SlaMetric } from '../domain/sla.ts'
import type { Reading } from '../domain/violation.ts'
import { kpiSamples, kpiWindows, type StoredReading } from './tables/kpi-samples.ts'

const { tenantId: _, sliceId: __, ...columns } = getTableColumns(kpiSamples)

export const newestSamples = ordering({
  name: 'KPI samples of a slice, newest',
  direction: 'desc',
  by: { observedAt: kpiSamples.observedAt, probe: kpiSamples.probe },
})

export const samplesOfSlices = pagesByParent(newestSamples, kpiSamples.sliceId, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(kpiSamples)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const times = (samples: readonly KpiSample[]) =>
  ({ type: 'timestamptz', values: samples.map(({ observedAt }) => observedAt.toISOString()) }) as const

const probes = (samples: readonly KpiSample[]) => ({ type: 'text', values: samples.map(({ probe }) => probe) }) as const

/** What is stored under the times and probes of these samples. */
export function findSamples(tx: Tx, sliceId: Id<'slc'>, samples: readonly KpiSample[]): Promise<KpiSample[]> {
  const instants = samples.map(({ observedAt }) => observedAt.getTime())
  return tx
    .select(columns)
    .from(kpiSamples)
    .where(
      and(
        eq(kpiSamples.sliceId, sliceId),
        // A range of the index, so that a planner without statistics does not read all that the slice has.
        between(kpiSamples.observedAt, new Date(Math.min(...instants)), new Date(Math.max(...instants))),
        sql`(${kpiSamples.observedAt}, ${kpiSamples.probe}) in (select * from ${unnested(times(samples), probes(samples))})`,
      ),
    )
}

/** Stores samples that are not there yet, in one statement whatever their number. */
export async function insertSamples(tx: Tx, sliceId: Id<'slc'>, samples: readonly KpiSample[]): Promise<void> {
  await tx.execute(sql`
    insert into ${kpiSamples} (slice_id, observed_at, probe, latency_ms, jitter_ms, packet_loss_ratio, downlink_bps)
    select ${toUuid(sliceId)}::uuid, sample.*
    from ${unnested(
      times(samples),
      probes(samples),
      { type: 'float8', values: samples.map(({ latencyMs }) => asText(latencyMs)) },
      { type: 'float8', values: samples.map(({ jitterMs }) => asText(jitterMs)) },
      { type: 'float8', values: samples.map(({ packetLossRatio }) => asText(packetLossRatio)) },
      { type: 'bigint', values: samples.map(({ downlinkBps }) => asText(downlinkBps)) },
    )} as sample`)
}

export type Windows = ReadonlyMap<SlaMetric, readonly Reading[]>

/** The latest readings of each metric, as they were saved. */
export async function findWindows(tx: Tx, sliceId: Id<'slc'>): Promise<Windows> {
  const rows = await tx.select().from(kpiWindows).where(eq(kpiWindows.sliceId, sliceId))
  return new Map(rows.map(({ metric, readings }) => [metric, readings.map(toReading)]))
}

export async function saveWindows(tx: Tx, sliceId: Id<'slc'>, windows: Windows): Promise<void> {
  if (windows.size === 0) return
  const rows = [...windows].map(([metric, readings]) => ({ sliceId, metric, readings: readings.map(toStored) }))
  await tx
    .insert(kpiWindows)
    .values(rows)
    .onConflictDoUpdate({
      target: [kpiWindows.tenantId, kpiWindows.sliceId, kpiWindows.metric],
      set: { readings: sql`excluded.readings` },
    })
}

const toReading = ([observedAt_ms, value]: StoredReading): Reading => ({ observedAt: new Date(observedAt_ms), value })

const toStored = ({ observedAt, value }: Reading): StoredReading => [observedAt.getTime(), value]
