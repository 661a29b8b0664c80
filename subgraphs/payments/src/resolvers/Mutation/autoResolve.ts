import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { autoResolve as resolve } from '../../reconciliation/auto-resolve.ts'
import { answerWithin } from '../answer-within.ts'
import { bankAccountIn } from '../bank-account.ts'

const NONE = { lateCounterparts: null, feesWithinDeclared: null, alreadyTold: null }

export const autoResolve: NonNullable<MutationResolvers['autoResolve']> = async (_, { input }, context) => {
  const account = bankAccountIn(input.account)
  const resolved = account.ok
    ? await answerWithin(resolve(context.db, account.value, provenanceOf(context)), context.log)
    : account
  return resolved.ok ? { ...resolved.value, errors: [] } : { ...NONE, errors: [payloadError(resolved)] }
}
