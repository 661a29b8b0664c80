import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { chargeUsage, USAGE_BATCH_MAX } from '../../db/charge-usage.ts'
import type { ChargeRefusal } from '../../domain/charging.ts'
import { checkUsage, type Usage } from '../../domain/usage.ts'
import type { BillingErrorCode, MutationResolvers } from '../../generated/resolvers.ts'

export const recordUsage: NonNullable<MutationResolvers['recordUsage']> = async (
  _,
  { input: { records } },
  context,
) => {
  if (records.length < 1 || records.length > USAGE_BATCH_MAX) {
    const message = `Send 1 to ${USAGE_BATCH_MAX} records in one call, not ${records.length}.`
    return {
      charged: [],
      duplicates: 0,
      errors: [payloadError(refuse('BATCH_SIZE_OUT_OF_RANGE', message, ['records']))],
    }
  }
  const provenance = provenanceOf(context)
  const sound: Usage[] = []
  const refusals = new Map<Usage, Refusal>()
  for (const record of records) {
    const checked = checkUsage(record, provenance.now)
    if (checked.ok) sound.push(record)
    else refusals.set(record, { ...checked, code: 'INVALID_VALUE' })
  }
  const results = await chargeUsage(context.db, sound, provenance)
  for (const result of results)
    if (result.kind === 'refused') refusals.set(result.usage, { ...result, field: [result.field] })
  return {
    charged: results.flatMap((result) => (result.kind === 'charged' ? [result.record] : [])),
    duplicates: results.filter(({ kind }) => kind === 'duplicate').length,
    errors: records.flatMap((record, at) => {
      const refusal = refusals.get(record)
      return refusal === undefined ? [] : [errorAt(at, refusal)]
    }),
  }
}

type Refusal = {
  readonly code: ChargeRefusal
  readonly message: string
  readonly field?: readonly string[]
}

const errorAt = (at: number, { code, message, field = [] }: Refusal) =>
  payloadError(refuse<BillingErrorCode>(code, message, ['records', String(at), ...field]))
