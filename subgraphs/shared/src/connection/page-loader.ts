import DataLoader from 'dataloader'
import { BATCH_MAX } from '../loader.ts'
import { type Connection, toConnection } from './connection.ts'
import { encodeCursor } from './cursor.ts'
import type { Keys, KeyValues } from './ordering.ts'
import type { Page } from './page.ts'

/** Rows of one statement: what is more is fetched by a second one, so that no answer is held in memory whole. */
const ROWS_MAX = 10_000

export type PageLoader<Parent, K extends Keys, Row> = {
  load(parent: Parent, page: Page<K>): Promise<Connection<Row>>
}

/**
 * Connections of many parents. All loads of the same page in one tick become one `fetch`, for which `pagesByParent`
 * makes one statement. One loader per request: it also remembers what it loaded.
 */
export function pageLoader<Parent extends string, K extends Keys, Row extends KeyValues<K>>(
  fetch: (parents: readonly Parent[], page: Page<K>) => Promise<ReadonlyMap<Parent, readonly Row[]>>,
): PageLoader<Parent, K, Row> {
  // The same field may be asked for with several arguments, under aliases: each is a batch of its own.
  const loaders = new Map<string, DataLoader<Parent, Connection<Row>>>()

  const loaderOf = (page: Page<K>) =>
    new DataLoader<Parent, Connection<Row>>(
      async (parents) => {
        const pages = await fetch(parents, page)
        return parents.map((parent) => toConnection<K, Row>(pages.get(parent) ?? [], page))
      },
      { maxBatchSize: Math.min(BATCH_MAX, Math.ceil(ROWS_MAX / page.first)) },
    )

  return {
    load(parent, page) {
      const key = pageKey(page)
      const loader = loaders.get(key) ?? loaderOf(page)
      loaders.set(key, loader)
      return loader.load(parent)
    },
  }
}

const pageKey = <K extends Keys>({ order, first, after }: Page<K>): string =>
  `${first} of ${order.name} after ${after === undefined ? 'nothing' : encodeCursor(order, after)}`
