import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type Link, lockLink, updateLinkStatus } from '../db/links.ts'
import type { LinkStatus } from '../domain/link.ts'
import { eventOf } from '../events.ts'

/** Takes note of a link's state; the state that it is in already changes nothing and tells nobody. */
export function reportLinkStatus(
  db: TenantDb,
  linkId: Id<'lnk'>,
  status: LinkStatus,
  { now, ...by }: Provenance,
): Promise<Outcome<Link, 'LINK_NOT_FOUND'>> {
  return inTransaction(db, async (tx) => {
    const link = await lockLink(tx, linkId)
    if (link === null) return refuse('LINK_NOT_FOUND', `There is no link ${linkId}.`, ['linkId'])
    if (link.status === status) return ok(link)
    const changed = await updateLinkStatus(tx, link, status)
    await appendToJournal(tx, {
      aggregate: { type: 'link', id: linkId },
      version: changed.version,
      ...eventOf('link.status_changed', { linkId, from: link.status, status }),
      ...by,
      occurredAt: now,
    })
    return ok(changed)
  })
}
