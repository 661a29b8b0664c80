import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

let library: Library
beforeEach(async () => {
  library = await startLibrary({ subgraphHeaders: ['accept-language', 'x-channel'] })
})
afterEach(() => library.close())

const RATED = 'subscription { bookLent { days book { rating } } }'

/** What a subgraph got to see of the headers that are listed here, and of one that is not. */
const seen = (headers: Readonly<Record<string, unknown>> | undefined) => {
  const { 'accept-language': language, 'x-channel': channel, 'x-unlisted': unlisted } = headers ?? {}
  return [language, channel, unlisted]
}

test.each<[string, Record<string, string>, object | undefined, unknown[]]>([
  ['its upgrade', { 'accept-language': 'de', 'x-unlisted': '1' }, undefined, ['de', undefined, undefined]],
  ['connection_init', {}, { 'X-Channel': 'app', 'x-unlisted': '1' }, [undefined, 'app', undefined]],
  ['its headers', {}, { headers: { 'accept-language': 'de', 'x-channel': 'app' } }, ['de', 'app', undefined]],
  ['both', { 'accept-language': 'de', 'x-channel': 'web' }, { 'x-channel': 'app' }, ['de', 'app', undefined]],
  ['nothing that can be sent', {}, { 'x-channel': 'a\r\nx-unlisted: 1' }, [undefined, undefined, undefined]],
  ['more than can be sent', {}, { 'x-channel': 'x'.repeat(16_385) }, [undefined, undefined, undefined]],
])('the listed headers of a socket reach the subgraphs, from %s', async (_, headers, payload, expected) => {
  const client = await new RawClient(library.url, { headers }).ready(payload)
  client.subscribe('1', RATED)
  await library.journal.whenStreams(1)
  library.journal.append({ bookId: 'b1', days: 1 })
  await client.next('next')
  expect(library.subgraphs.get('books')?.subscribes.map(seen)).toEqual([expected])
  expect(library.subgraphs.get('reviews')?.calls.map(seen)).toEqual([expected])

  client.subscribe('2', '{ bestRating }')
  await client.next('complete')
  expect(library.subgraphs.get('reviews')?.calls.map(seen)).toEqual([expected, expected])
  client.socket.terminate()
})

test('clients whose headers differ share no stream, and all share one socket to the subgraph', async () => {
  const clients: RawClient[] = []
  for (const channel of ['app', 'app', 'web']) {
    const client = await new RawClient(library.url).ready({ 'x-channel': channel })
    clients.push(client)
    client.subscribe('1', RATED)
    client.subscribe('settled', '{ bestRating }')
    await client.next('complete')
  }
  await library.journal.whenStreams(2)
  expect(library.subgraphs.get('books')?.subscribes.map((headers) => headers['x-channel'])).toEqual(['app', 'web'])
  expect(library.subgraphs.get('books')?.sockets()).toBe(1)
  for (const client of clients) client.socket.terminate()
})
