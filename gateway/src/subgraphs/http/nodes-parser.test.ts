import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AnswerReader } from './answer-reader.ts'

interface Outcome {
  readonly status: number | undefined
  readonly text: string
}

/** Answers any request with these bytes, and ends. */
let bytes: Buffer = Buffer.alloc(0)
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.once('data', () => socket.end(bytes))
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

/** What Node's own client makes of an answer; undefined where it refuses it, or waits for more. */
async function byNode(answer: Buffer): Promise<Outcome | undefined> {
  bytes = answer
  const { port } = server.address() as AddressInfo
  const asked = request({ port, host: '127.0.0.1', agent: false })
  // There may be more than the one that is waited for.
  asked.on('error', () => undefined)
  try {
    asked.end()
    const [response] = await once(asked, 'response')
    let text = ''
    for await (const piece of response.setEncoding('utf8')) text += piece
    return response.complete ? { status: response.statusCode, text } : undefined
  } catch {
    return undefined
  } finally {
    asked.destroy()
  }
}

function byReader(answer: Buffer): Outcome | undefined {
  const reader = new AnswerReader(100_000)
  try {
    return reader.push(answer) || reader.end() ? { status: reader.status, text: reader.text } : undefined
  } catch {
    return undefined
  }
}

const SOUND = [
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;a=b\r\n}\r\n0\r\nx: y\r\n\r\n',
  'HTTP/1.1 103 E\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\n1',
  'HTTP/1.0 200 OK\r\nserver: x\r\n\r\nhello',
  'HTTP/1.1 204 No\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-type: a/b; c="d"\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello',
]

/** What makes two parsers differ. */
const BITS = [
  '',
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '0',
  '1',
  'F',
  '\0',
  '\x7f',
  '\x80',
  '-',
  '+',
  'chunked',
]
const LINES = ['content-length: 3\r\n', 'transfer-encoding: chunked\r\n', 'x: y\r\n']

const damage = fc.record({
  at: fc.nat(),
  cut: fc.nat({ max: 2 }),
  bit: fc.constantFrom(...BITS, ...LINES),
})

const damaged = fc
  .tuple(fc.constantFrom(...SOUND), fc.array(damage, { minLength: 0, maxLength: 3 }))
  .map(([sound, damages]) =>
    damages.reduce((text, { at, cut, bit }) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + bit + text.slice(place + cut)
    }, sound),
  )

test.each(SOUND)('%j is read as Node reads it', async (sound) => {
  const answer = Buffer.from(sound, 'latin1')
  expect(byReader(answer)).toEqual(await byNode(answer))
})

test('no answer is taken that Node refuses, and none read otherwise', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      const answer = Buffer.from(text, 'latin1')
      const read = byReader(answer)
      if (read === undefined) return
      taken += 1
      expect(await byNode(answer)).toEqual(read)
    }),
    { numRuns: 1_000 },
  )
  expect(taken).toBeGreaterThan(100)
})
