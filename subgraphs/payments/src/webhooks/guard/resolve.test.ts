// The resolver against a real name server on this machine.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { dnsResolve, NameNotResolved } from './resolve.ts'

const [A, AAAA] = [1, 28]
const NO_SUCH_NAME = 3

/** Answers questions about `name` with these addresses, and all others with "no such name". */
async function nameServer(name: string, addresses: { readonly [A]?: number[][]; readonly [AAAA]?: number[][] }) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const labels: string[] = []
    let at = 12
    for (; query[at]; at += (query[at] ?? 0) + 1)
      labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)))
    const question = query.subarray(12, at + 5)
    const type = query.readUInt16BE(at + 1)
    asked.push(labels.join('.'))
    const isKnown = labels.join('.') === name
    const found = isKnown ? ((addresses as Record<number, number[][]>)[type] ?? []) : []
    const records = found.map((bytes) =>
      Buffer.from([0xc0, 12, type >> 8, type & 255, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]),
    )
    const head = Buffer.from([
      ...query.subarray(0, 2),
      0x81,
      isKnown ? 0x80 : 0x80 | NO_SUCH_NAME,
      0,
      1,
      0,
      found.length,
      0,
      0,
      0,
      0,
    ])
    socket.send(Buffer.concat([head, question, ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => {
    socket.close()
  })
  return { server: `127.0.0.1:${socket.address().port}`, asked }
}

test('a name has the addresses of both kinds that its name server says', async () => {
  const loopback = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  const { server, asked } = await nameServer('hooks.test', {
    [A]: [
      [10, 0, 0, 1],
      [1, 1, 1, 1],
    ],
    [AAAA]: [loopback],
  })
  const resolve = dnsResolve([server])
  expect((await resolve('hooks.test')).toSorted()).toEqual(['1.1.1.1', '10.0.0.1', '::1'])
  await expect(resolve('other.test')).rejects.toBeInstanceOf(NameNotResolved)
  expect(new Set(asked)).toEqual(new Set(['hooks.test', 'other.test']))
})

test('one kind of address is enough', async () => {
  const { server } = await nameServer('hooks.test', { [A]: [[1, 1, 1, 1]] })
  expect(await dnsResolve([server])('hooks.test')).toEqual(['1.1.1.1'])
})

test('the name of this machine is asked of the name server and of nobody else; localhost of nobody', async () => {
  const { server, asked } = await nameServer('hooks.test', {})
  await expect(dnsResolve([server])(hostname())).rejects.toBeInstanceOf(NameNotResolved)
  expect(asked).toContain(hostname())
  expect(await dnsResolve([server])('localhost')).toEqual(['127.0.0.1', '::1'])
  expect(asked).not.toContain('localhost')
})
