import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawConnection, rawFrame } from '../testing/raw-frames.ts'

let library: Library
beforeEach(async () => {
  library = await startLibrary()
})
afterEach(() => library.close())

const INIT = '{"type":"connection_init"}'
const ACK = '"connection_ack"'
const PING = 9
const CONTINUATION = 0

/** Announces a terabyte. */
const hugeHeader = (): Buffer => {
  const header = Buffer.alloc(14)
  header.set([0x81, 0xff])
  header.writeBigUInt64BE(2n ** 40n, 2)
  return header
}

const inFragments = (text: string): Buffer[] => [
  rawFrame(text.slice(0, 5), { isFinal: false }),
  rawFrame('are you there?', { opcode: PING }),
  rawFrame(text.slice(5), { opcode: CONTINUATION }),
]

test.each<[string, () => Buffer[]]>([
  ['byte by byte', () => [...rawFrame(INIT)].map((byte) => Buffer.from([byte]))],
  ['in fragments with a ping between', () => inFragments(INIT)],
  ['as bytes that are a text', () => [rawFrame(INIT, { opcode: 2 })]],
])('a message that comes %s is understood', async (_, pieces) => {
  const connection = new RawConnection(library.url)
  await connection.received('\r\n\r\n')
  connection.socket.setNoDelay(true)
  for (const piece of pieces()) await new Promise((sent) => connection.socket.write(piece, sent))
  await connection.received(ACK)
  connection.socket.destroy()
})

test.each<[string, number, () => Buffer[]]>([
  [
    'what was compressed, which was never agreed on',
    1002,
    () => [rawFrame(deflateRawSync(INIT), { isCompressed: true })],
  ],
  ['what is not masked', 1002, () => [rawFrame(INIT, { isMasked: false })]],
  ['what is no UTF-8', 1007, () => [rawFrame(Buffer.from([0xc3, 0x28]))]],
  ['the header of a terabyte', 1009, () => [hugeHeader()]],
  [
    'fragments without end',
    1008,
    () => [
      rawFrame('', { isFinal: false }),
      ...Array(20_000).fill(rawFrame('', { opcode: CONTINUATION, isFinal: false })),
    ],
  ],
  ['messages of a server', 4400, () => [rawFrame('{"id":"1","type":"next","payload":{}}')]],
])('a socket that sends %s is closed with %d', async (_, code, pieces) => {
  const connection = new RawConnection(library.url, 'sec-websocket-extensions: permessage-deflate\r\n')
  const answer = await connection.received('\r\n\r\n')
  expect(answer.toString('latin1')).not.toMatch(/sec-websocket-extensions/i)
  connection.socket.write(Buffer.concat(pieces()))
  expect(await connection.closeCode()).toBe(code)
  connection.socket.destroy()
})

test('a socket that sends pings and does not read the pongs is ended', async () => {
  const connection = new RawConnection(library.url)
  await connection.received('\r\n\r\n')
  const ended = new Promise((resolve) => connection.socket.once('close', () => resolve('ended')))
  const pings = Buffer.concat(Array(1_000).fill(rawFrame('p'.repeat(100), { opcode: PING })))
  const flood = (): void => {
    if (connection.socket.writable) connection.socket.write(pings, flood)
  }
  flood()
  expect(await ended).toBe('ended')
})
