import { Refusal } from '../refusal.ts'
import { decodeCursor } from './cursor.ts'
import type { Keys, KeyValues, Ordering } from './ordering.ts'

export const PAGE_SIZE_DEFAULT = 20
/** A page is one answer: more rows would hold up everyone else's. */
export const PAGE_SIZE_MAX = 100

/** The arguments of a connection field, as GraphQL gives them. */
export type PageArgs = { readonly first?: number | null | undefined; readonly after?: string | null | undefined }

export type PageLimits = { readonly defaultSize?: number; readonly maxSize?: number }

/** Which rows of a list are asked for. */
export type Page<K extends Keys = Keys> = {
  readonly order: Ordering<K>
  /** How many at most. */
  readonly first: number
  /** The keys of the row behind which the page begins; undefined at the start of the list. */
  readonly after: KeyValues<K> | undefined
}

/**
 * @throws Refusal PAGE_SIZE_OUT_OF_RANGE or INVALID_CURSOR
 */
export function pageArgs<K extends Keys>(
  order: Ordering<K>,
  { first, after }: PageArgs,
  { defaultSize = PAGE_SIZE_DEFAULT, maxSize = PAGE_SIZE_MAX }: PageLimits = {},
): Page<K> {
  const size = first ?? defaultSize
  if (!Number.isInteger(size) || size < 1 || size > maxSize) {
    throw new Refusal('PAGE_SIZE_OUT_OF_RANGE', `Ask for 1 to ${maxSize} items, not ${size}.`, ['first'])
  }
  if (after === undefined || after === null) return { order, first: size, after: undefined }
  const keys = decodeCursor(order, after)
  if (keys === undefined) {
    throw new Refusal('INVALID_CURSOR', 'This cursor was not issued by this list in this order.', ['after'])
  }
  return { order, first: size, after: keys }
}
