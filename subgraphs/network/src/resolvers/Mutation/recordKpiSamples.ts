import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../../context.ts'
import { checkSamples, type KpiSample, UNNAMED_PROBE } from '../../domain/kpi-sample.ts'
import { type Recorded, recordKpiSamples as record } from '../../flow/record-kpi-samples.ts'
import type {
  KpiSampleInput,
  MutationResolvers,
  NetworkErrorCode,
  RecordKpiSamplesInput,
} from '../../generated/resolvers.ts'

export const recordKpiSamples: NonNullable<MutationResolvers['recordKpiSamples']> = async (_, { input }, context) => {
  const recorded = await checkAndRecord(input, context)
  if (!recorded.ok) return { accepted: 0, duplicates: 0, opened: [], closed: [], errors: [payloadError(recorded)] }
  const { accepted, opened, closed } = recorded.value
  const duplicates = input.samples.length - accepted
  return { accepted, duplicates, opened: [...opened], closed: [...closed], errors: [] }
}

async function checkAndRecord(
  input: RecordKpiSamplesInput,
  context: Context,
): Promise<Outcome<Recorded, NetworkErrorCode>> {
  const sliceId = readId('slc', input.sliceId, ['sliceId'])
  if (!sliceId.ok) return sliceId
  const provenance = provenanceOf(context)
  const samples = checkSamples(input.samples.map(sampleOf), provenance.now)
  return samples.ok ? record(context.db, sliceId.value, samples.value, provenance) : samples
}

const sampleOf = ({ observedAt, probe, ...values }: KpiSampleInput): KpiSample => ({
  observedAt,
  probe: probe ?? UNNAMED_PROBE,
  latencyMs: values.latencyMs ?? null,
  jitterMs: values.jitterMs ?? null,
  packetLossRatio: values.packetLossRatio ?? null,
  downlinkBps: values.downlinkBps ?? null,
})
