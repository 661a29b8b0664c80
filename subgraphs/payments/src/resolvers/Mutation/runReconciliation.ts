import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { runReconciliation as run } from '../../reconciliation/run-reconciliation.ts'
import { answerWithin } from '../answer-within.ts'
import { bankAccountIn } from '../bank-account.ts'

export const runReconciliation: NonNullable<MutationResolvers['runReconciliation']> = async (_, { input }, context) => {
  const account = bankAccountIn(input.account)
  const asked = { ...input, timeZone: context.bankTimeZone }
  const ran = account.ok ? await answerWithin(run(context.db, asked, provenanceOf(context)), context.log) : account
  if (!ran.ok) return { run: null, cases: null, errors: [payloadError(ran)] }
  return { ...ran.value, errors: [] }
}
