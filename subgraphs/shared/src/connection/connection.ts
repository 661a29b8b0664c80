import { encodeCursor } from './cursor.ts'
import type { Keys, KeyValues } from './ordering.ts'
import type { Page } from './page.ts'

export type Edge<Row> = { readonly cursor: string; readonly node: Row }

export type PageInfo = {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/** A Relay connection, as the resolvers return it. */
export type Connection<Row> = {
  readonly edges: Edge<Row>[]
  readonly nodes: Row[]
  readonly pageInfo: PageInfo
}

/** The same connection of what its rows are shown as. */
export const mapNodes = <Row, Shown>(
  { edges, pageInfo }: Connection<Row>,
  toShown: (row: Row) => Shown,
): Connection<Shown> => {
  const shown = edges.map(({ cursor, node }) => ({ cursor, node: toShown(node) }))
  return { edges: shown, nodes: shown.map(({ node }) => node), pageInfo }
}

/** `rows` are those of `page` in its order, with the one row more that a `Keyset` asks for, if there is one. */
export function toConnection<K extends Keys, Row extends KeyValues<K>>(
  rows: readonly Row[],
  page: Page<K>,
): Connection<Row> {
  const nodes = rows.slice(0, page.first)
  const edges = nodes.map((node) => ({ cursor: encodeCursor(page.order, node), node }))
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      // The cursor came from a row before this page; whether it was deleted since is not worth a statement.
      hasPreviousPage: page.after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
