import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { KpiValues } from './sla.ts'

/** Samples of one call: what a probe gathers in a quarter of an hour at one a second. */
export const SAMPLES_MAX = 1_000
/** How far a probe's clock may be ahead of ours. */
export const FUTURE_MS_MAX = 5 * 60_000

/** One measurement of a slice. */
export type KpiSample = KpiValues & { readonly observedAt: Date }

export type SampleCode = 'BATCH_SIZE_OUT_OF_RANGE' | 'NOTHING_GIVEN' | 'INVALID_VALUE'

/**
 * The samples in the order of their time, each time once (the first one counts), or the first thing that is wrong:
 * one faulty sample refuses all, so that a batch is stored whole or not at all.
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
  const byTime = Map.groupBy(samples, ({ observedAt }) => observedAt.getTime())
  const distinct = [...byTime.values()].flatMap((alike) => alike.slice(0, 1))
  return ok(distinct.toSorted((a, b) => a.observedAt.getTime() - b.observedAt.getTime()))
}

function sampleFault(
  { observedAt, ...values }: KpiSample,
  now: Date,
  field: readonly string[],
): Refused<SampleCode> | undefined {
  if (Object.values(values).every((value) => value === null))
    return refuse('NOTHING_GIVEN', 'Give at least one measured value.', field)
  if (observedAt.getTime() > now.getTime() + FUTURE_MS_MAX)
    return refuse('INVALID_VALUE', 'Measured more than 5 minutes in the future: check the clock of the probe.', [
      ...field,
      'observedAt',
    ])
  for (const [name, value] of Object.entries(values))
    if (value !== null && value < 0) return refuse('INVALID_VALUE', 'Give a number of 0 or more.', [...field, name])
  if (values.packetLossRatio !== null && values.packetLossRatio > 1)
    return refuse('INVALID_VALUE', 'Give a ratio from 0 to 1.', [...field, 'packetLossRatio'])
  return undefined
}
