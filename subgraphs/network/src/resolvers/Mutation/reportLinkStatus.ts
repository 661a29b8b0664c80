import { reportLinkStatus as report } from '../../flow/report-link-status.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { errorOf, idIn } from '../error.ts'
import { provenanceOf } from '../provenance.ts'

export const reportLinkStatus: NonNullable<MutationResolvers['reportLinkStatus']> = async (_, { input }, context) => {
  const linkId = idIn('lnk', input.linkId, 'linkId')
  const link = linkId.ok ? await report(context.db, linkId.value, input.status, provenanceOf(context)) : linkId
  return link.ok ? { link: link.value, errors: [] } : { link: null, errors: [errorOf(link)] }
}
