import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { patienceOf } from '../../flow/patience.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { assessRemittance as assess } from '../../remittances/assess-remittance.ts'
import { readRemittance } from '../../remittances/request.ts'

export const assessRemittance: NonNullable<MutationResolvers['assessRemittance']> = async (
  _parent,
  { input },
  context,
) => {
  const remittance = readRemittance(input)
  const assessed = remittance.ok
    ? await assess(context.db, remittance.value, provenanceOf(context), patienceOf(context.signal, input))
    : remittance
  return assessed.ok
    ? { assessment: assessed.value, errors: [] }
    : { assessment: null, errors: [payloadError(assessed)] }
}
