import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LINE_BYTES_MAX, type Line, readLines } from './lines.ts'

/** The lines of these bytes when they arrive in pieces of that size. */
async function linesOf(bytes: Uint8Array, pieceSize = bytes.length || 1): Promise<Line[]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
  }
  const lines: Line[] = []
  for await (const some of readLines(pieces())) lines.push(...some)
  return lines
}

const textsOf = async (text: string) => (await linesOf(Buffer.from(text))).map((line) => 'text' in line && line.text)

test.each([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\nb', ['a', 'b']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['a\r\n\r\n\nb', ['a', '', '', 'b']],
  ['\n', ['']],
  ['\ufeffa\nb', ['a', 'b']],
  ['a\n\ufeffb', ['a', '\ufeffb']],
  ['a\rb\n', ['a\rb']],
])('cuts %j into %j', async (text, expected) => {
  expect(await textsOf(text)).toEqual(expected)
})

test('counts lines from 1, and faulty ones too', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('c')])
  expect(await linesOf(bytes)).toEqual([
    { number: 1, end: 2, text: 'a' },
    { number: 2, end: 5, fault: 'INVALID_UTF8' },
    { number: 3, end: 6, text: 'c' },
  ])
})

test('takes a line of the limit with either line end, and names a longer one', async () => {
  const most = 'x'.repeat(LINE_BYTES_MAX)
  expect(await textsOf(`${most}\r\n${most}`)).toEqual([most, most])
  for (const more of ['x\n', 'xx\n', 'x\r\n'])
    expect(await linesOf(Buffer.from(`${most}${more}ok`))).toMatchObject([
      { number: 1, fault: 'LINE_TOO_LONG' },
      { number: 2, text: 'ok' },
    ])
  expect(LINE_BYTES_MAX).toBe(8_192)
})

test('a line of a megabyte costs only itself', async () => {
  const bytes = Buffer.from(`before\n${'x'.repeat(1024 * 1024)}\nafter\n`)
  for (const pieceSize of [1_000, 65_536, bytes.length])
    expect(await linesOf(bytes, pieceSize)).toEqual([
      { number: 1, end: 7, text: 'before' },
      { number: 2, end: 1_048_584, fault: 'LINE_TOO_LONG' },
      { number: 3, end: 1_048_590, text: 'after' },
    ])
})

test('says how far into the content each line goes, in bytes, with its line break and whatever is dropped', async () => {
  const lines = await linesOf(Buffer.from('\ufeffä\r\n\n€uro'), 2)
  expect(lines).toEqual([
    { number: 1, end: 7, text: 'ä' },
    { number: 2, end: 8, text: '' },
    { number: 3, end: 14, text: '€uro' },
  ])
})

test('where the pieces are cut makes no difference, not even inside a character', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '𝛼', '\n', '\r\n'), maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (content, pieceSize) => {
      const bytes = Buffer.from(content)
      expect(await linesOf(bytes, pieceSize)).toEqual(await linesOf(bytes))
    }),
  )
})
