import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { shortestLinksOfSite } from '../db/links.ts'
import type { SiteResolvers } from '../generated/resolvers.ts'

export const Site: SiteResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.site.load(parseId('ste', id)),
  links: ({ id }, args, { loaders }) => loaders.linksOfSite.load(id, pageArgs(shortestLinksOfSite, args)),
}
