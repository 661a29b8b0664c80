import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { setKycStatus as set } from '../../flow/set-kyc-status.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const setKycStatus: NonNullable<MutationResolvers['setKycStatus']> = async (_parent, { input }, context) => {
  const userId = readId('usr', input.userId, ['userId'])
  const changed = userId.ok ? await set(context.db, userId.value, input.kycStatus, provenanceOf(context)) : userId
  return changed.ok ? { user: changed.value, errors: [] } : { user: null, errors: [payloadError(changed)] }
}
