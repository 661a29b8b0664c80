import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { SEQ_MAX } from './position.ts'

const part = fc.bigInt({ min: 1n, max: SEQ_MAX })
const encoded = (text: string) => Buffer.from(text).toString('base64url')
/** A text that ends as a cursor does. */
const sealed = (text: string) => encoded(`${text}:${crc32(text).toString(36)}`)

const altered = (cursor: string) => encoded(Buffer.from(cursor, 'base64url').toString().replace(':1.1:', ':1.2:'))

describe('a journal cursor', () => {
  it('comes back as the position that it was made of', () => {
    fc.assert(
      fc.property(part, part, (xid, seq) => {
        expect(decodeCursor(encodeCursor('thing.changed', { xid, seq }), ['thing.changed'])).toEqual({ xid, seq })
      }),
      { seed: 1 },
    )
  })

  it.each([
    ['nothing', ''],
    ['no base64url', '!!!'],
    ['a bare number', sealed('17')],
    ['another version', sealed('v1:1.1')],
    ['without a type', sealed('v2::1.1')],
    ['a missing part', sealed('v2:thing.changed:1.')],
    ['a negative number', sealed('v2:thing.changed:-1.1')],
    ['a fraction', sealed('v2:thing.changed:1.1.1')],
    ['zero', sealed('v2:thing.changed:0.0')],
    ['leading zeros', sealed('v2:thing.changed:01.1')],
    ['hex', sealed('v2:thing.changed:0x10.1')],
    ['a number above 2^63', sealed('v2:thing.changed:9223372036854775808.1')],
    ['a number of a hundred digits', sealed(`v2:thing.changed:${'9'.repeat(100)}.1`)],
    ['of a stream of other events', encodeCursor('thing.lost', { xid: 1n, seq: 1n })],
    ['altered', altered(encodeCursor('thing.changed', { xid: 1n, seq: 1n }))],
    ['padding behind it', `${encodeCursor('thing.changed', { xid: 1n, seq: 1n })}=`],
    ['ordinary base64 of binary', Buffer.from([255, 254, 253]).toString('base64')],
    ['a megabyte', 'a'.repeat(1_000_000)],
  ])('is refused as INVALID_CURSOR when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, ['thing.changed', 'thing.moved'])).toThrow(
      expect.objectContaining({ code: 'INVALID_CURSOR' }),
    )
  })

  it('is good for a stream that its type is one of, and for one of every type', () => {
    const cursor = encodeCursor('thing.moved', { xid: 3n, seq: 4n })
    const numbered = encodeCursor('thing2.made', { xid: 3n, seq: 4n })
    expect(decodeCursor(numbered, ['thing2.made'])).toEqual({ xid: 3n, seq: 4n })
    for (const types of [['thing.changed', 'thing.moved'], undefined])
      expect(decodeCursor(cursor, types)).toEqual({ xid: 3n, seq: 4n })
  })
})
