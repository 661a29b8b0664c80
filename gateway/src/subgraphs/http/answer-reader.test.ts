import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerReader } from './answer-reader.ts'

const UNSAID_MS = 4_000
const BYTES_MAX = 100_000

interface Read {
  readonly status: number
  readonly text: string
  readonly idle_ms: number
}

/** What is read of bytes that come in these pieces, each in the same buffer; undefined where it is not whole. */
function read(pieces: readonly Buffer[], { hasEnded = false, bytes_max = BYTES_MAX } = {}): Read | undefined {
  const reader = new AnswerReader(bytes_max)
  const input = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)))
  let isWhole = false
  for (const piece of pieces) {
    expect(isWhole).toBe(false)
    input.fill('#')
    piece.copy(input)
    isWhole = reader.push(input.subarray(0, piece.length))
  }
  if (!isWhole && hasEnded) isWhole = reader.end()
  return isWhole ? { status: reader.status, text: reader.text, idle_ms: reader.idle_ms(UNSAID_MS) } : undefined
}

const readText = (text: string, options = {}) => read([Buffer.from(text, 'latin1')], options)

const OK = 'HTTP/1.1 200 OK\r\n'

describe('an answer', () => {
  test.each([
    ['of known length', `${OK}content-length: 2\r\n\r\n{}`, { status: 200, text: '{}', idle_ms: UNSAID_MS }],
    ['of no length', `${OK}content-length: 0\r\n\r\n`, { status: 200, text: '', idle_ms: UNSAID_MS }],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, text: '', idle_ms: UNSAID_MS }],
    [
      'that was not modified, whatever its length would be',
      'HTTP/1.1 304 -\r\ncontent-length: 9\r\n\r\n',
      { status: 304, text: '', idle_ms: UNSAID_MS },
    ],
    [
      'in chunks, with an extension and trailers',
      `${OK}transfer-encoding: chunked\r\n\r\n1;x="y"\r\n{\r\n01\r\n}\r\n000\r\nx-sum: 1\r\n\r\n`,
      { status: 200, text: '{}', idle_ms: UNSAID_MS },
    ],
    [
      'behind interim answers',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 -\r\nlink: </x>\r\n\r\n${OK}content-length: 1\r\n\r\n1`,
      { status: 200, text: '1', idle_ms: UNSAID_MS },
    ],
    [
      'that says how long it waits',
      `${OK}keep-alive: timeout=9\r\ncontent-length: 0\r\n\r\n`,
      { status: 200, text: '', idle_ms: 9_000 },
    ],
    [
      'that is the last',
      `${OK}connection: close\r\ncontent-length: 1\r\n\r\n1`,
      { status: 200, text: '1', idle_ms: 0 },
    ],
    ['of an old server', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n1', { status: 200, text: '1', idle_ms: 0 }],
    ['with more behind it', `${OK}content-length: 1\r\n\r\n1${OK}`, { status: 200, text: '1', idle_ms: 0 }],
    [
      'in chunks with more behind them',
      `${OK}transfer-encoding: chunked\r\n\r\n0\r\n\r\nmore`,
      { status: 200, text: '', idle_ms: 0 },
    ],
  ])('%s', (_, text, expected) => expect(readText(text)).toEqual(expected))

  test('that ends with its connection is whole then, and not before', () => {
    expect(readText(`${OK}\r\nall of it`)).toBeUndefined()
    expect(readText(`${OK}\r\nall of it`, { hasEnded: true })).toEqual({ status: 200, text: 'all of it', idle_ms: 0 })
    expect(readText(`${OK}\r\n`, { hasEnded: true })).toEqual({ status: 200, text: '', idle_ms: 0 })
  })

  test.each([
    ['nothing'],
    ['half a head', OK],
    ['half a body', `${OK}content-length: 9\r\n\r\nhalf`],
    ['half a chunk', `${OK}transfer-encoding: chunked\r\n\r\n9\r\nhalf`],
    ['no last chunk', `${OK}transfer-encoding: chunked\r\n\r\n1\r\n1\r\n`],
    ['no end of its trailers', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n`],
    ['only an interim answer', 'HTTP/1.1 103 -\r\n\r\n'],
  ])('with %s is never whole', (_, text = '') => expect(readText(text, { hasEnded: true })).toBeUndefined())

  test.each([
    ['no head', 'oops\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 -\r\nupgrade: h2c\r\n\r\n'],
    ['a head without end', `${OK}x: ${'y'.repeat(17_000)}`],
    ['a head that is too long', `${OK}x: ${'y'.repeat(17_000)}\r\n\r\n`],
    ['a malformed head behind an interim one', 'HTTP/1.1 103 -\r\n\r\noops\r\n\r\n'],
    ...['', 'x', '-1', '+1', '0x1', ' 1', '1 1', '1_0', '123456789', '1;\u0000', '1;', '1;a=', '1 ;a', '1;a="'].map(
      (size): [string, string] => [
        `the size ${JSON.stringify(size)}`,
        `${OK}transfer-encoding: chunked\r\n\r\n${size}\r\n`,
      ],
    ),
    ['a chunk that is longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n1\r\n22\r\n`],
    ['a size that ends in a bare line feed', `${OK}transfer-encoding: chunked\r\n\r\n1\n1\r\n`],
    ['a size without end', `${OK}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`],
    ['a length among its trailers', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n`],
    ['an interim one that is the last', `HTTP/1.1 103 -\r\nconnection: close\r\n\r\n${OK}content-length: 0\r\n\r\n`],
    ['a trailer that is none', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx y\r\n\r\n`],
    ['trailers without end', `${OK}transfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(100)}`],
  ])('with %s is refused', (_, text) => {
    expect(() => readText(text)).toThrow(expect.objectContaining({ reason: 'CONNECTION_LOST' }))
  })

  test.each([
    ['says', `${OK}content-length: 11\r\n\r\n`],
    ['sends until its connection ends', `${OK}\r\n${'x'.repeat(11)}`],
    ['sends in chunks', `${OK}transfer-encoding: chunked\r\n\r\nb\r\n${'x'.repeat(11)}`],
  ])('is too large as soon as it %s so', (_, text) => {
    expect(() => readText(text, { bytes_max: 10 })).toThrow(expect.objectContaining({ reason: 'ANSWER_TOO_LARGE' }))
  })
})

function piecesOf(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
  const pieces = [...places, whole.length].map((end, index) => whole.subarray(places[index - 1] ?? 0, end))
  return pieces.filter(({ length }) => length > 0)
}

const body = fc.string({ unit: 'grapheme', maxLength: 200 })
const cuts = fc.array(fc.nat(), { maxLength: 12 })

test('whatever its form, and wherever it is cut in transit, the same is read of it', () => {
  const form = fc.constantFrom('length', 'chunks', 'end')
  fc.assert(
    fc.property(body, form, cuts, cuts, fc.boolean(), (text, framing, chunkCuts, transitCuts, isHinted) => {
      const bytes = Buffer.from(text)
      const framed =
        framing === 'length'
          ? Buffer.concat([Buffer.from(`content-length: ${bytes.length}\r\n\r\n`), bytes])
          : framing === 'end'
            ? Buffer.concat([Buffer.from('\r\n'), bytes])
            : Buffer.concat([Buffer.from('transfer-encoding: chunked\r\n\r\n'), chunked(bytes, chunkCuts)])
      const hint = isHinted ? 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n' : ''
      const whole = Buffer.concat([Buffer.from(`${hint}HTTP/1.1 200 OK\r\ndate: today\r\n`), framed])
      expect(read(piecesOf(whole, transitCuts), { hasEnded: framing === 'end' })).toMatchObject({
        status: 200,
        text,
      })
    }),
    { numRuns: 500 },
  )
})

function chunked(bytes: Buffer, places: readonly number[]): Buffer {
  const chunks = piecesOf(bytes, places)
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')])
}
