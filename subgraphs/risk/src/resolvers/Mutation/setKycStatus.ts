import { readId } from '@carriergraph/shared/ids.ts'
import { setKycStatus as set } from '../../flow/set-kyc-status.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { errorOf } from '../error.ts'
import { provenanceOf } from '../provenance.ts'

export const setKycStatus: NonNullable<MutationResolvers['setKycStatus']> = async (_parent, { input }, context) => {
  const userId = readId('usr', input.userId, ['userId'])
  const changed = userId.ok ? await set(context.db, userId.value, input.kycStatus, provenanceOf(context)) : userId
  return changed.ok ? { user: changed.value, errors: [] } : { user: null, errors: [errorOf(changed)] }
}
