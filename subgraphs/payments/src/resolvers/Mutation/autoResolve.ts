import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { autoResolve as resolve } from '../../reconciliation/auto-resolve.ts'

const NONE = { lateCounterparts: null, feesWithinDeclared: null, alreadyTold: null }

export const autoResolve: NonNullable<MutationResolvers['autoResolve']> = async (_, { input }, context) => {
  const resolved = await resolve(context.db, input.account, provenanceOf(context))
  return resolved.ok ? { ...resolved.value, errors: [] } : { ...NONE, errors: [payloadError(resolved)] }
}
