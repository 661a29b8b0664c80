import type { PgColumn } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { keyCodec } from './key-codec.ts'

/** What a list is sorted by: the property of its rows and the column it is read from, the unique one last. */
export type Keys = Record<string, PgColumn>

/** The keys of one row, as the rows hold them. */
export type KeyValues<K extends Keys> = { readonly [Name in keyof K]: K[Name]['_']['data'] }

export type Direction = 'asc' | 'desc'

export type Ordering<K extends Keys = Keys> = {
  readonly name: string
  readonly direction: Direction
  readonly by: K
  /** A cursor as JSON: version, name of the ordering, one value per key. */
  readonly cursor: z.ZodType<readonly unknown[], unknown>
}

/** Goes up when the meaning of a cursor changes; older cursors are then refused instead of misread. */
const CURSOR_VERSION = 1

/**
 * One order of one list. `name` goes into its cursors, so that a cursor of another list or order is refused: make it
 * unique in the subgraph, such as `User.slices by newest`, and change it with the keys.
 *
 *     const newest = ordering({ name: 'slices by newest', direction: 'desc', by: { createdAt: slices.createdAt, id: slices.id } })
 *
 * The index that serves it is `(tenant_id, …filter, …by)` without `.desc()`: PostgreSQL reads it backwards, whereas
 * Drizzle's `.desc()` makes it `DESC NULLS LAST`, which no `order by … desc` can use.
 * @throws TypeError for a key that may be null or that a cursor cannot carry exactly
 */
export function ordering<K extends Keys>(options: {
  readonly name: string
  readonly direction: Direction
  readonly by: K
}): Ordering<K> {
  const codecs = Object.values(options.by).map(keyCodec)
  return { ...options, cursor: z.tuple([z.literal(CURSOR_VERSION), z.literal(options.name), ...codecs]) }
}

/** The values with which a cursor begins. */
export const cursorHead = ({ name }: Ordering): readonly unknown[] => [CURSOR_VERSION, name]
