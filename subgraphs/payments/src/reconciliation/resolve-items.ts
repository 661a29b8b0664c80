import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { changeItems } from './db/items.ts'
import { insertPostings, itemsInSuspense } from './db/postings.ts'
import type { ReconciliationItem } from './item.ts'
import type { Resolution } from './item-states.ts'
import { journalResolved } from './journal-items.ts'
import { postingOf } from './postings.ts'

/** Ends open cases whose reason is found, and has taken back what stands in suspense for them. */
export async function resolveItems(
  tx: Tx,
  resolved: readonly { readonly item: ReconciliationItem; readonly resolution: Resolution }[],
  provenance: Provenance,
): Promise<void> {
  if (resolved.length === 0) return
  const { actor, now } = provenance
  for (const [resolution, group] of Map.groupBy(resolved, ({ resolution }) => resolution))
    await changeItems(
      tx,
      group.map(({ item }) => item.id),
      { state: 'RESOLVED', resolution, resolvedBy: actor, resolvedAt: now },
    )
  await releaseSuspense(
    tx,
    resolved.map(({ item }) => item),
    now,
  )
  await journalResolved(tx, resolved, provenance)
}

/** Has taken back what stands in suspense for cases that have ended. */
export async function releaseSuspense(tx: Tx, items: readonly ReconciliationItem[], now: Date): Promise<void> {
  const suspended = await itemsInSuspense(
    tx,
    items.map(({ id }) => id),
  )
  const releases = items
    .filter(({ id }) => suspended.has(id))
    .map((item) => postingOf('RELEASE', { ...item, itemId: item.id, amountMinor: -item.differenceMinor }))
  await insertPostings(tx, releases, now)
}
