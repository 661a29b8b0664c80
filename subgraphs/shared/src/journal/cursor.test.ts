import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { SEQ_MAX } from './position.ts'

const part = fc.bigInt({ min: 1n, max: SEQ_MAX })
const encoded = (text: string) => Buffer.from(text).toString('base64url')

describe('a journal cursor', () => {
  it('comes back as the position that it was made of', () => {
    fc.assert(
      fc.property(part, part, (xid, seq) => {
        expect(decodeCursor(encodeCursor({ xid, seq }))).toEqual({ xid, seq })
      }),
      { seed: 1 },
    )
  })

  it.each([
    ['nothing', ''],
    ['no base64url', '!!!'],
    ['a bare number', encoded('17')],
    ['another version', encoded('v2:1.1')],
    ['a missing part', encoded('v1:1.')],
    ['a negative number', encoded('v1:-1.1')],
    ['a fraction', encoded('v1:1.1.1')],
    ['zero', encoded('v1:0.0')],
    ['leading zeros', encoded('v1:01.1')],
    ['hex', encoded('v1:0x10.1')],
    ['a number above 2^63', encoded('v1:9223372036854775808.1')],
    ['a number of a hundred digits', encoded(`v1:${'9'.repeat(100)}.1`)],
    ['padding behind it', `${encoded('v1:1.1')}=`],
    ['ordinary base64 of binary', Buffer.from([255, 254, 253]).toString('base64')],
    ['a megabyte', 'a'.repeat(1_000_000)],
  ])('is refused as INVALID_CURSOR when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }))
  })
})
