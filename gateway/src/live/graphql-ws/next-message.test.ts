import { expect, test } from 'vitest'
import { nextMessage } from './next-message.ts'

/** RFC 6455, 5.2, for what a server sends. */
function read(frame: Buffer): { readonly length: number; readonly text: string } {
  expect(frame[0]).toBe(0x81)
  const short = frame.readUInt8(1)
  if (short < 126) return { length: short, text: frame.toString('utf8', 2) }
  if (short === 126) return { length: frame.readUInt16BE(2), text: frame.toString('utf8', 4) }
  return { length: Number(frame.readBigUInt64BE(2)), text: frame.toString('utf8', 10) }
}

const AROUND_EACH_FORM_OF_THE_LENGTH = [1, 82, 83, 84, 85, 86, 65_490, 65_491, 65_492, 65_493, 65_494, 65_495, 70_000]

test.each(AROUND_EACH_FORM_OF_THE_LENGTH)('a payload of %d letters is one text frame', (letters) => {
  const payload = { data: 'é'.repeat(letters % 2) + 'x'.repeat(letters) }
  const { length, text } = read(nextMessage(Buffer.from(JSON.stringify(payload)), 'a "b" ü'))
  expect(Buffer.byteLength(text)).toBe(length)
  expect(JSON.parse(text)).toEqual({ id: 'a "b" ü', type: 'next', payload })
})
