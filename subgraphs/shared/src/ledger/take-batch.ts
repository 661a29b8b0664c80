import type { Id } from '../ids.ts'
import type { Chain } from './post-batch.ts'
import { subjectOf } from './transfer.ts'

/** More cost less each and make everybody wait longer; see docs/adr/0021. */
export const BATCH_MAX = 1_000

export type Batch<Waiting> = {
  readonly taken: readonly Waiting[]
  /** What it names and refers to. */
  readonly names: ReadonlySet<Id<'tfr'>>
}

/**
 * Takes the next batch off the waiting chains: from the first, whole chains, as many as fit into `ordersMax` (the first
 * always does), and up to the first that names an id or refers to a transfer that one of those `underWay` names or refers
 * to already. So nothing in a batch depends on another batch's answer but by balances, which `post_batch` keeps, and what
 * came first is decided first. Empty where the first has to wait for what is under way.
 */
export function takeBatch<Waiting extends { readonly chain: Chain }>(
  waiting: Waiting[],
  ordersMax: number,
  underWay: readonly Batch<unknown>[] = [],
): Batch<Waiting> {
  const names = new Set<Id<'tfr'>>()
  const isUnderWay = (id: Id<'tfr'>) => underWay.some((batch) => batch.names.has(id))
  let [taken, orders] = [0, 0]
  for (const { chain } of waiting) {
    orders += chain.length
    const named = namesOf(chain)
    if ((taken > 0 && orders > ordersMax) || named.some(isUnderWay)) break
    for (const id of named) names.add(id)
    taken += 1
  }
  return { taken: waiting.splice(0, taken), names }
}

/** @returns whether a chain names or refers to one transfer twice, which would not be all or none of it */
export const repeatsItself = (chain: Chain): boolean => new Set(namesOf(chain)).size < namesOf(chain).length

/** Ids of its transfers, and of those that they refer to. */
export const namesOf = (chain: Chain): Id<'tfr'>[] =>
  chain.flatMap(({ order }) => {
    const subject = subjectOf(order)
    return subject === undefined ? [order.id] : [order.id, subject]
  })
