import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { type KpiValues, METRICS } from './sla.ts'

/** Samples of one call: what a probe gathers in a quarter of an hour at one a second. */
export const SAMPLES_MAX = 1_000
/**
 * How far a probe's clock may be ahead of ours. Clocks that are kept in step differ by milliseconds; a few seconds let
 * the others in as well, and tell a probe whose clock is wrong before its measurements pass for those of later.
 */
export const FUTURE_MS_MAX = 5_000
/** A name travels in cursors and stands in every row. */
export const PROBE_LENGTH_MAX = 64
/** The name of a measuring point that gives none. */
export const UNNAMED_PROBE = 'default'

/** One measurement of a slice, known by its slice, its probe and its time. */
export type KpiSample = KpiValues & {
  readonly observedAt: Date
  /** The measuring point: two of them may measure at the same instant. */
  readonly probe: string
}

export type SampleCode = 'BATCH_SIZE_OUT_OF_RANGE' | 'NOTHING_GIVEN' | 'INVALID_VALUE'

/**
 * The samples as they were given, or the first thing that is wrong: one faulty sample refuses all, so that a batch is
 * stored whole or not at all.
 */
export function checkSamples(samples: readonly KpiSample[], now: Date): Outcome<readonly KpiSample[], SampleCode> {
  if (samples.length < 1 || samples.length > SAMPLES_MAX) {
    const message = `Send 1 to ${SAMPLES_MAX} samples in one call, not ${samples.length}.`
    return refuse('BATCH_SIZE_OUT_OF_RANGE', message, ['samples'])
  }
  for (const [index, sample] of samples.entries()) {
    const fault = sampleFault(sample, now, ['samples', String(index)])
    if (fault !== undefined) return fault
  }
  return ok(samples)
}

/**
 * Those of `samples` that are not among the known ones, each once, in the order of their time. A sample that comes
 * again says the same; with other values it is refused, because one of the two must be wrong.
 */
export function newSamples(
  samples: readonly KpiSample[],
  known: readonly KpiSample[],
): Outcome<KpiSample[], 'SAMPLE_CONFLICT'> {
  const byKey = new Map(known.map((sample) => [keyOf(sample), sample]))
  const added: KpiSample[] = []
  for (const [index, sample] of samples.entries()) {
    const earlier = byKey.get(keyOf(sample))
    if (earlier === undefined) {
      byKey.set(keyOf(sample), sample)
      added.push(sample)
    } else if (!isSame(earlier, sample)) return conflict(sample, ['samples', String(index)])
  }
  return ok(added.toSorted(byTimeAndProbe))
}

const keyOf = ({ observedAt, probe }: KpiSample): string => `${observedAt.getTime()} ${probe}`

const isSame = (a: KpiSample, b: KpiSample): boolean =>
  Object.values(METRICS).every(({ value }) => a[value] === b[value])

const conflict = ({ observedAt, probe }: KpiSample, field: readonly string[]) =>
  refuse(
    'SAMPLE_CONFLICT',
    `The probe ${JSON.stringify(probe)} measured other values at ${observedAt.toISOString()}. Name each probe.`,
    field,
  )

const byTimeAndProbe = (a: KpiSample, b: KpiSample): number =>
  a.observedAt.getTime() - b.observedAt.getTime() || (a.probe < b.probe ? -1 : 1)

function sampleFault(
  { observedAt, probe, ...values }: KpiSample,
  now: Date,
  field: readonly string[],
): Refused<SampleCode> | undefined {
  if (Object.values(values).every((value) => value === null))
    return refuse('NOTHING_GIVEN', 'Give at least one measured value.', field)
  if (observedAt.getTime() > now.getTime() + FUTURE_MS_MAX) {
    const message = `Measured more than ${FUTURE_MS_MAX / 1_000} s in the future: check the clock of the probe.`
    return refuse('INVALID_VALUE', message, [...field, 'observedAt'])
  }
  if (!isPrintableText(probe, PROBE_LENGTH_MAX)) {
    const message = `Give 1 to ${PROBE_LENGTH_MAX} characters that can be printed.`
    return refuse('INVALID_VALUE', message, [...field, 'probe'])
  }
  for (const [name, value] of Object.entries(values))
    if (value !== null && value < 0) return refuse('INVALID_VALUE', 'Give a number of 0 or more.', [...field, name])
  if (values.packetLossRatio !== null && values.packetLossRatio > 1)
    return refuse('INVALID_VALUE', 'Give a ratio from 0 to 1.', [...field, 'packetLossRatio'])
  return undefined
}
