import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { assessPayment as assess } from '../../flow/assess-payment.ts'
import { patienceOf } from '../../flow/patience.ts'
import { readPayment } from '../../flow/read-payment.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const assessPayment: NonNullable<MutationResolvers['assessPayment']> = async (_parent, { input }, context) => {
  const payment = readPayment(input)
  const assessed = payment.ok
    ? await assess(context.db, payment.value, provenanceOf(context), patienceOf(context.signal, input))
    : payment
  return assessed.ok
    ? { assessment: assessed.value, errors: [] }
    : { assessment: null, errors: [payloadError(assessed)] }
}
