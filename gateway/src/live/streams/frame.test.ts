import { expect, test } from 'vitest'
import { type Encoding, Frame } from './frame.ts'

test('an answer is put into the form of a protocol once for all who know it by the same name', () => {
  const encodings: string[] = []
  const encoding: Encoding = (payload, name, cursor) => {
    encodings.push(`${name} ${payload} ${cursor}`)
    return Buffer.from(payload)
  }
  const frame = new Frame('{"data":null}', 'c1')
  const first = frame.encoded(encoding, 'a')
  for (let client = 0; client < 100; client += 1) expect(frame.encoded(encoding, 'a')).toBe(first)
  expect(encodings).toEqual(['a {"data":null} c1'])
  frame.encoded(encoding, 'b')
  frame.forgetEncoded()
  expect(frame.encoded(encoding, 'b')).toEqual(first)
  expect(encodings).toHaveLength(3)
})
