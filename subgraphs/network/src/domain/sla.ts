export const SLA_METRICS = ['LATENCY_MS', 'JITTER_MS', 'PACKET_LOSS_RATIO', 'DOWNLINK_BPS'] as const
export type SlaMetric = (typeof SLA_METRICS)[number]

/** What was promised; null promises nothing. Milliseconds, shares from 0 to 1, bit/s. */
export type Sla = {
  readonly latencyMsMax: number | null
  readonly jitterMsMax: number | null
  readonly packetLossRatioMax: number | null
  readonly downlinkBpsMin: number | null
}

/** What one measurement found; null was not measured. Units as in Sla. */
export type KpiValues = {
  readonly latencyMs: number | null
  readonly jitterMs: number | null
  readonly packetLossRatio: number | null
  readonly downlinkBps: number | null
}

/** One promise: values of the metric stay at or below the threshold (`max`), or at or above it (`min`). */
export type Objective = {
  readonly metric: SlaMetric
  readonly bound: 'max' | 'min'
  readonly threshold: number
}

type MetricTerms = {
  readonly term: keyof Sla
  readonly value: keyof KpiValues
  readonly bound: Objective['bound']
}

/** Where each metric stands in an SLA and in a sample, and which side of its threshold keeps the promise. */
export const METRICS: Readonly<Record<SlaMetric, MetricTerms>> = {
  LATENCY_MS: { term: 'latencyMsMax', value: 'latencyMs', bound: 'max' },
  JITTER_MS: { term: 'jitterMsMax', value: 'jitterMs', bound: 'max' },
  PACKET_LOSS_RATIO: { term: 'packetLossRatioMax', value: 'packetLossRatio', bound: 'max' },
  DOWNLINK_BPS: { term: 'downlinkBpsMin', value: 'downlinkBps', bound: 'min' },
}

/** The objectives that an SLA has, in the order of SLA_METRICS. */
export function objectivesOf(sla: Sla): Objective[] {
  return SLA_METRICS.flatMap((metric) => {
    const { term, bound } = METRICS[metric]
    const threshold = sla[term]
    return threshold === null ? [] : [{ metric, bound, threshold }]
  })
}

/** Whether a measured value breaks the promise; a value at the threshold keeps it. */
export const misses = ({ bound, threshold }: Objective, value: number): boolean =>
  bound === 'max' ? value > threshold : value < threshold

/** The value that is furthest on the bad side. `values` is not empty. */
export const worstOf = ({ bound }: Objective, values: readonly number[]): number =>
  bound === 'max' ? Math.max(...values) : Math.min(...values)
