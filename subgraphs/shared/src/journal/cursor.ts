import { Refusal } from '../refusal.ts'
import { type Position, SEQ_MAX } from './position.ts'

/** Opaque to clients: the place of an event in the journal of the subgraph that sent it. */
export function encodeCursor({ xid, seq }: Position): string {
  return Buffer.from(`v1:${xid}.${seq}`).toString('base64url')
}

/**
 * Strict: accepts only what `encodeCursor` makes, so that each place has one cursor.
 * @throws Refusal INVALID_CURSOR for anything else
 */
export function decodeCursor(cursor: string): Position {
  // The longest real one; a longer text is not worth decoding.
  if (cursor.length <= CURSOR_LENGTH_MAX) {
    const [, xid, seq] = /^v1:(\d{1,19})\.(\d{1,19})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
    if (xid !== undefined && seq !== undefined) {
      const position = { xid: BigInt(xid), seq: BigInt(seq) }
      const isInRange = position.xid > 0n && position.xid <= SEQ_MAX && position.seq > 0n && position.seq <= SEQ_MAX
      if (isInRange && encodeCursor(position) === cursor) return position
    }
  }
  throw invalidCursor()
}

export const invalidCursor = (): Refusal =>
  new Refusal('INVALID_CURSOR', 'This cursor was not issued by this stream. Use the cursor of an event, or none.', [
    'after',
  ])

const CURSOR_LENGTH_MAX = encodeCursor({ xid: SEQ_MAX, seq: SEQ_MAX }).length
