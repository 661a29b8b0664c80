import { CURSOR_LENGTH_MAX } from '../scalars.ts'
import { cursorHead, type Keys, type KeyValues, type Ordering } from './ordering.ts'

/**
 * The place of a row in its list: opaque to clients, base64url of JSON. It is not signed: whoever makes one up only
 * picks another place in a list that he may read anyway.
 */
export function encodeCursor<K extends Keys>(order: Ordering<K>, row: KeyValues<K>): string {
  const values = Object.keys(order.by).map((key) => row[key])
  return toText(order.cursor.encode([...cursorHead(order), ...values]))
}

/** The keys in a cursor, or undefined for one that `encodeCursor` never made for this ordering. */
export function decodeCursor<K extends Keys>(order: Ordering<K>, cursor: string): KeyValues<K> | undefined {
  if (cursor.length > CURSOR_LENGTH_MAX) return undefined
  const json = fromText(cursor)
  const decoded = order.cursor.safeDecode(json)
  // Buffer skips what is not base64url: without this, many texts would be the same cursor.
  if (!decoded.success || toText(json) !== cursor) return undefined
  const values = decoded.data.slice(cursorHead(order).length)
  return Object.fromEntries(Object.keys(order.by).map((key, index) => [key, values[index]])) as KeyValues<K>
}

const toText = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url')

function fromText(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
