import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { reportLinkStatus as report } from '../../flow/report-link-status.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const reportLinkStatus: NonNullable<MutationResolvers['reportLinkStatus']> = async (_, { input }, context) => {
  const linkId = readId('lnk', input.linkId, ['linkId'])
  const link = linkId.ok ? await report(context.db, linkId.value, input.status, provenanceOf(context)) : linkId
  return link.ok ? { link: link.value, errors: [] } : { link: null, errors: [payloadError(link)] }
}
