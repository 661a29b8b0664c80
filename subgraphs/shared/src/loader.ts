import DataLoader from 'dataloader'
import { Refusal, type RefusalCode } from './refusal.ts'

/** Keys of one statement. A page of 100 with 10 relations each still fits into one; beyond it, plans and memory suffer. */
export const BATCH_MAX = 1_000

/**
 * One row by its id, or null where there is none. All loads of one tick become one `fetch`, which may return the rows
 * in any order and leave out those that do not exist. One loader per request: it also remembers what it loaded.
 */
export function loaderById<Key extends string, Row>(
  fetch: (ids: readonly Key[]) => Promise<readonly Row[]>,
  idOf: (row: Row) => Key,
): DataLoader<Key, Row | null> {
  return new DataLoader<Key, Row | null>(
    async (ids) => {
      const rows = new Map((await fetch(ids)).map((row) => [idOf(row), row]))
      return ids.map((id) => rows.get(id) ?? null)
    },
    { maxBatchSize: BATCH_MAX },
  )
}

/** A value for each key that is no id, which `nameOf` tells apart; `fetch` returns them in the order of the keys. */
export function loaderByKey<Key, Value>(
  fetch: (keys: readonly Key[]) => Promise<readonly Value[]>,
  nameOf: (key: Key) => string,
): DataLoader<Key, Value, string> {
  return new DataLoader<Key, Value, string>(fetch, { cacheKeyFn: nameOf, maxBatchSize: BATCH_MAX })
}

/**
 * A row that another subgraph refers to by its id, which no foreign key promises: it may be of a time before this database's
 * backup. A null alone would be told as a fault of ours, for the gateway asks for fields that an entity always has.
 * @throws Refusal with `code` where there is none
 */
export function referred<Row>(row: Row | null, code: RefusalCode, id: string): Row {
  if (row === null) throw new Refusal(code, `There is no ${id}.`)
  return row
}

/** A row that a foreign key promises. @throws Error where it is missing: a bug, not a refusal */
export function present<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new Error(`${id} is referred to and is not there.`)
  return row
}

/**
 * The rows that belong to a parent, in the order in which `fetch` returns them; an empty list where there are none.
 * For lists that are short by nature; a list that grows is a connection (`pageLoader`).
 */
export function loaderByParent<Key extends string, Row>(
  fetch: (parents: readonly Key[]) => Promise<readonly Row[]>,
  parentOf: (row: Row) => Key,
): DataLoader<Key, readonly Row[]> {
  return new DataLoader<Key, readonly Row[]>(
    async (parents) => {
      const rows = Map.groupBy(await fetch(parents), parentOf)
      return parents.map((parent) => rows.get(parent) ?? [])
    },
    { maxBatchSize: BATCH_MAX },
  )
}
