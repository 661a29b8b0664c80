import type { Random } from './random.ts'
import type { Action, KpiSample } from './scenario.ts'
import type { SimulatedSlice } from './world.ts'

/** A slice is bad for this long, in ticks: more than the 3 of 5 samples that open a violation … */
const DEGRADED_TICKS = 4
/** … once in this many ticks, of which the good ones are more than the 5 that close it. */
const CYCLE_TICKS = 60
/**
 * The first slice goes bad early, so that somebody who has just started sees a violation; but not before five good
 * samples have closed the one that an earlier run may have left open.
 */
const FIRST_DEGRADATION_TICK = 6

/** A sample of each slice; they are bad in turn. */
export function kpiActions(tick: number, slices: readonly SimulatedSlice[], random: Random): Action[] {
  return slices.map(({ id, sla }, index) => {
    const start = FIRST_DEGRADATION_TICK + Math.floor((CYCLE_TICKS * index) / slices.length)
    const isDegraded = tick >= start && (tick - start) % CYCLE_TICKS < DEGRADED_TICKS
    return { kind: 'kpi', sliceId: id, sample: sampleOf(sla, isDegraded, random) }
  })
}

/** A sample 5 to 40 % inside each objective, or 10 to 150 % beyond it where the slice is degraded. */
function sampleOf(sla: SimulatedSlice['sla'], isDegraded: boolean, random: Random): KpiSample {
  const ceiling = (max: number): number =>
    round(max * (isDegraded ? 1.1 + 1.4 * random.fraction() : 0.6 + 0.35 * random.fraction()))
  const floor = (min: number): number =>
    Math.round(min * (isDegraded ? 0.3 + 0.6 * random.fraction() : 1.05 + 0.35 * random.fraction()))
  return {
    ...(sla.latencyMsMax === null ? {} : { latencyMs: ceiling(sla.latencyMsMax) }),
    ...(sla.jitterMsMax === null ? {} : { jitterMs: ceiling(sla.jitterMsMax) }),
    ...(sla.packetLossRatioMax === null ? {} : { packetLossRatio: Math.min(1, ceiling(sla.packetLossRatioMax)) }),
    ...(sla.downlinkBpsMin === null ? {} : { downlinkBps: floor(sla.downlinkBpsMin) }),
  }
}

const round = (value: number): number => Number(value.toPrecision(4))
