import { readFile } from 'node:fs/promises'
import { runDemo } from '@carriergraph/shared/command/run-demo.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { type KpiSample, UNNAMED_PROBE } from './domain/kpi-sample.ts'
import type { SliceServiceType } from './domain/s-nssai.ts'
import type { KpiValues, Sla } from './domain/sla.ts'
import { parseTopologyFile } from './domain/topology-file.ts'
import { createSlice } from './flow/create-slice.ts'
import { importTopologies } from './flow/import-topology.ts'
import { recordKpiSamples } from './flow/record-kpi-samples.ts'

const TOPOLOGY_FILE = new URL('../demo/topology.json', import.meta.url)

const NO_OBJECTIVE: Sla = { latencyMsMax: null, jitterMsMax: null, packetLossRatioMax: null, downlinkBpsMin: null }

type DemoSlice = {
  readonly name: string
  readonly serviceType: SliceServiceType
  readonly sla: Partial<Sla>
  /** What is measured in a usual moment: well within the objectives. */
  readonly usual: KpiValues
}

/** The slices by their owners' keys; the other subgraphs' demo data names the owners by the same keys. */
const SLICES: Readonly<Record<string, DemoSlice>> = {
  ada: {
    name: 'Remote surgery',
    serviceType: 'URLLC',
    sla: { latencyMsMax: 5, packetLossRatioMax: 0.00001 },
    usual: { latencyMs: 3.2, jitterMs: 0.4, packetLossRatio: 0.000004, downlinkBps: 52_000_000 },
  },
  bruno: {
    name: 'Stadium broadcast',
    serviceType: 'EMBB',
    sla: { downlinkBpsMin: 200_000_000 },
    usual: { latencyMs: 18, jitterMs: 3, packetLossRatio: 0.0004, downlinkBps: 310_000_000 },
  },
  chen: {
    name: 'Smart meters',
    serviceType: 'MIOT',
    sla: { packetLossRatioMax: 0.01 },
    usual: { latencyMs: 120, jitterMs: 25, packetLossRatio: 0.003, downlinkBps: 128_000 },
  },
  dana: {
    name: 'Platooning',
    serviceType: 'V2X',
    sla: { latencyMsMax: 10, jitterMsMax: 4 },
    usual: { latencyMs: 6.5, jitterMs: 1.8, packetLossRatio: 0.0002, downlinkBps: 24_000_000 },
  },
}

const HISTORY_SAMPLES = 30
const HISTORY_STEP_MS = 10_000
/** How far the history swings around what is usual. */
const SWING = 0.12

/** Imports the demo's network and orders a slice for each customer but elif. What is there already stays as it is. */
export async function loadDemo(db: TenantDb, now: Date): Promise<void> {
  const provenance = { actor: 'svc:demo', correlationId: 'demo', now }
  const parsed = parseTopologyFile(await readFile(TOPOLOGY_FILE, 'utf8'))
  if (!parsed.ok) throw new Error(`The demo's topology is faulty: ${JSON.stringify(parsed.faults)}`)
  await importTopologies(db, parsed.topologies, provenance)
  for (const [key, { sla, usual, ...slice }] of Object.entries(SLICES)) {
    const ownerId = namedId('usr', `demo/${key}`)
    const order = { ...slice, idempotencyKey: `demo/${key}`, ownerId, sla: { ...NO_OBJECTIVE, ...sla } }
    const ordered = await createSlice(db, order, provenance, namedId('slc', `demo/${key}`))
    if (!ordered.ok) throw new Error(ordered.message)
    // The times follow from the slice's: loading again finds every sample there.
    await recordKpiSamples(db, ordered.value.id, historyBefore(ordered.value.createdAt, usual), provenance)
  }
}

function historyBefore(end: Date, usual: KpiValues): KpiSample[] {
  return Array.from({ length: HISTORY_SAMPLES }, (_, index) => {
    const factor = 1 + SWING * Math.sin(index / 2)
    const swung = (value: number | null) => (value === null ? null : Number((value * factor).toPrecision(4)))
    return {
      observedAt: new Date(end.getTime() - (HISTORY_SAMPLES - index) * HISTORY_STEP_MS),
      probe: UNNAMED_PROBE,
      latencyMs: swung(usual.latencyMs),
      jitterMs: swung(usual.jitterMs),
      packetLossRatio: swung(usual.packetLossRatio),
      downlinkBps: swung(usual.downlinkBps),
    }
  })
}

if (import.meta.main) await runDemo({ service: 'network', command: 'network-demo', table: 'kpi_sample' }, loadDemo)
