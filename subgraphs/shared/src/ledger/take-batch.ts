import type { Id } from '../ids.ts'
import type { Chain } from './post-batch.ts'
import { subjectOf } from './transfer.ts'

/** More cost less each and make everybody wait longer; see docs/adr/0021. */
export const BATCH_MAX = 1_000

/**
 * How many of the waiting chains, from the first, make up the next batch: as many as fit, whole, and up to the first that
 * names an id or refers to a transfer that the batch names or refers to already. So nothing in a batch depends on
 * another's answer but by balances, which `post_batch` keeps, and what came first is decided first.
 */
export function takeBatch(waiting: readonly { readonly chain: Chain }[], batchMax = BATCH_MAX): number {
  const named = new Set<Id<'tfr'>>()
  let [taken, orders] = [0, 0]
  for (const { chain } of waiting) {
    orders += chain.length
    if (taken > 0 && (orders > batchMax || namesOf(chain).some((id) => named.has(id)))) break
    for (const id of namesOf(chain)) named.add(id)
    taken += 1
  }
  return taken
}

/** @returns whether a chain names or refers to one transfer twice, so that no batch can hold it */
export const repeatsItself = (chain: Chain): boolean => new Set(namesOf(chain)).size < namesOf(chain).length

const namesOf = (chain: Chain): Id<'tfr'>[] =>
  chain.flatMap(({ order }) => {
    const subject = subjectOf(order)
    return subject === undefined ? [order.id] : [order.id, subject]
  })
