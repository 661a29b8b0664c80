import { crc32 } from 'node:zlib'
import { Refusal } from '../refusal.ts'
import { type Position, SEQ_MAX } from './position.ts'

/**
 * Opaque to clients: the place of an event in the journal of the subgraph that sent it. It names the event's type, so
 * that it is no good for another stream, where the same numbers would be some other place.
 */
export function encodeCursor(type: string, { xid, seq }: Position): string {
  const text = `v2:${type}:${xid}.${seq}`
  return Buffer.from(`${text}:${checkOf(text)}`).toString('base64url')
}

/**
 * Strict: accepts only what `encodeCursor` makes, so that each place has one cursor and an altered one is found out.
 * @param types those of the stream's events; every type where it is undefined
 * @throws Refusal INVALID_CURSOR for anything else
 */
export function decodeCursor(cursor: string, types: readonly string[] | undefined): Position {
  // The longest real one is shorter; a longer text is not worth decoding.
  if (cursor.length <= CURSOR_LENGTH_MAX) {
    const [, type, xid, seq] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
    if (type !== undefined && xid !== undefined && seq !== undefined) {
      const position = { xid: BigInt(xid), seq: BigInt(seq) }
      const isInRange = position.xid > 0n && position.xid <= SEQ_MAX && position.seq > 0n && position.seq <= SEQ_MAX
      const isOurs = types === undefined || types.includes(type)
      if (isInRange && isOurs && encodeCursor(type, position) === cursor) return position
    }
  }
  throw invalidCursor()
}

export const invalidCursor = (): Refusal =>
  new Refusal('INVALID_CURSOR', 'This cursor was not issued by this stream. Use the cursor of an event, or none.', [
    'after',
  ])

const FORM = /^v2:([a-z0-9_.*]{1,100}):(\d{1,19})\.(\d{1,19}):[0-9a-z]{1,7}$/
const CURSOR_LENGTH_MAX = 256

/** Against a slip of whoever copies one; it keeps nobody out, and nothing is behind it that would have to be kept. */
const checkOf = (text: string): string => crc32(text).toString(36)
