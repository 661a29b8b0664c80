import { newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

let library: Library
beforeEach(async () => {
  library = await startLibrary()
})
afterEach(async () => {
  vi.useRealTimers()
  await library.close()
})

interface Lent {
  readonly data: { readonly bookLent: { readonly days: number } }
}

const lent = (...days: number[]) => days.map((day) => ({ bookId: 'b1', days: day }))
const answer = (days: number) => ({ data: { bookLent: { days } } })
const RATED = 'subscription { bookLent { days book { rating author { name } } } }'
const DAYS = 'subscription ($after: String, $min: Int) { bookLent(after: $after, minDays: $min) { days } }'

/** Subscribes over a socket of its own. */
function subscribe(query = DAYS, variables: Record<string, unknown> = {}, authorization?: string) {
  const client = library.socket(authorization === undefined ? {} : { authorization })
  const events = client.iterate({ query, variables }) as unknown as AsyncGenerator<Lent>
  const first = events.next()
  // One that is cut off while nobody waits for it.
  first.catch(() => undefined)
  let asked = 0
  return {
    client,
    next: () => (asked++ === 0 ? first : events.next()),
    leave: () => events.return(undefined),
    /** Resolves once the gateway has dealt with what was sent before: the messages of a socket are taken in order. */
    async settled(): Promise<void> {
      for await (const _ of client.iterate({ query: '{ bestRating }' }));
    },
  }
}

/** So many, of which the first opens the stream. */
async function subscribeAll(count: number, ...rest: Parameters<typeof subscribe>) {
  const first = subscribe(...rest)
  await library.journal.whenStreams(1)
  const others = Array.from({ length: count - 1 }, () => subscribe(...rest))
  await Promise.all(others.map((client) => client.settled()))
  return [first, ...others]
}

describe('clients that ask for the same and may see the same', () => {
  test('share one stream of the subgraph and one completion of each event', async () => {
    const clients = await subscribeAll(5, RATED)
    const callsBefore = library.subgraphs.get('reviews')?.calls.length ?? 0
    library.journal.append(...lent(1, 2))
    for (const days of [1, 2])
      for (const client of clients)
        expect((await client.next()).value).toEqual({
          data: { bookLent: { days, book: { rating: 4, author: { name: 'Author a1' } } } },
        })
    expect(library.journal.opened).toBe(1)
    expect(library.subgraphs.get('reviews')?.calls.length).toBe(callsBefore + 2)
    expect(library.subgraphs.get('authors')?.calls.length).toBe(2)
  })

  test('get the very same bytes, but for the id under which each subscribed', async () => {
    const clients = await Promise.all([1, 2].map(() => new RawClient(library.url).ready()))
    for (const [index, client] of clients.entries()) {
      client.subscribe(`id "${index}" é`, RATED)
      await library.journal.whenStreams(1)
      client.subscribe('settled', '{ bestRating }')
      await client.next('complete')
      client.messages.length = 0
    }
    library.journal.append(...lent(1))
    const [one, other] = await Promise.all(clients.map((client) => client.next('next')))
    expect(one?.payload).toEqual(other?.payload)
    expect([one?.id, other?.id]).toEqual(['id "0" é', 'id "1" é'])
    for (const client of clients) client.socket.terminate()
  })

  test('go on when one of them leaves, be it the first', async () => {
    const [first, ...others] = await subscribeAll(3)
    await first?.leave()
    await first?.settled()
    library.journal.append(...lent(1))
    for (const client of others) expect((await client.next()).value).toEqual(answer(1))
    expect(library.journal.opened).toBe(1)
  })

  test('close the stream with the last of them, at once and however quiet it is', async () => {
    const [first, second] = await subscribeAll(2)
    await first?.leave()
    await first?.settled()
    expect(library.journal.streams).toBe(1)
    // A gateway that gave the stream some time would wait for ever.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    second?.client.terminate()
    await library.journal.whenStreams(0)
  })

  test('may write their variables in any order, and renew their tokens', async () => {
    const subject = newId('usr')
    const [one, other] = [await library.issuer.bearer({ subject }), await library.issuer.bearer({ subject })]
    expect(one).not.toBe(other)
    subscribe(DAYS, { min: 0, after: null }, one)
    await library.journal.whenStreams(1)
    await subscribe(DAYS, { after: null, min: 0 }, other).settled()
    expect(library.journal.opened).toBe(1)
  })
})

describe('a stream of their own is opened for clients', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['with other variables', async () => subscribe(DAYS, { min: 1 })],
    ['with another operation', async () => subscribe('subscription { bookLent { cursor } }')],
    ['with a token', async () => subscribe(DAYS, {}, await library.issuer.bearer())],
  ])('%s', async (_, other) => {
    subscribe()
    await other()
    await library.journal.whenStreams(2)
  })

  test('with other scopes', async () => {
    const subject = newId('usr')
    for (const scope of ['books:read', 'books:read books:cost'])
      subscribe(DAYS, {}, await library.issuer.bearer({ subject, scope }))
    await library.journal.whenStreams(2)
  })

  test('with other headers that subgraphs get to see', async () => {
    const leaving = new AbortController()
    const url = `${library.url}?query=${encodeURIComponent('subscription { bookLent { days } }')}`
    for (const language of ['en', 'en', 'de']) {
      const headers = { accept: 'text/event-stream', 'accept-language': language }
      await fetch(url, { headers, signal: leaving.signal })
    }
    await library.journal.whenStreams(2)
    leaving.abort()
  })

  test('with another token, where the stream could not be taken up again without a gap when the first expires', async () => {
    const subject = newId('usr')
    const tokens = [await library.issuer.bearer({ subject }), await library.issuer.bearer({ subject })]
    for (const token of tokens) subscribe('subscription { bell { rings } }', {}, token)
    await library.journal.whenStreams(2)
    for (const token of tokens) await subscribe('subscription { bell { rings } }', {}, token).settled()
    expect(library.journal.opened).toBe(2)
  })
})

describe('a client that resumes', () => {
  test('replays alone, and then shares the stream that is live, without a gap or a repeat', async () => {
    library.journal.append(...lent(1, 2, 3))
    const live = subscribe()
    await library.journal.whenStreams(1)
    const late = subscribe(DAYS, { after: '1' })
    expect([(await late.next()).value, (await late.next()).value]).toEqual([answer(2), answer(3)])
    await library.journal.whenStreams(1)
    library.journal.append(...lent(4))
    expect([(await live.next()).value, (await late.next()).value]).toEqual([answer(4), answer(4)])
    expect(library.journal.opened).toBe(2)
  })

  test('behind an event that the live stream still has needs none of its own', async () => {
    const live = subscribe()
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1, 2, 3))
    for (const days of [1, 2, 3]) expect((await live.next()).value).toEqual(answer(days))
    const late = subscribe(DAYS, { after: '2' })
    expect((await late.next()).value).toEqual(answer(3))
    expect(library.journal.opened).toBe(1)
  })

  test('spares those who come back after it the same long replay', async () => {
    const all = Array.from({ length: 100 }, (_, index) => index + 1)
    library.journal.append(...lent(...all))
    for (let clients = 0; clients < 3; clients += 1) {
      const client = subscribe(DAYS, { after: '0' })
      for (const days of all) expect((await client.next()).value).toEqual(answer(days))
    }
    expect(library.journal.opened).toBe(1)
  })

  test('shares with all who resume at the same place', async () => {
    library.journal.append(...lent(1, 2))
    const all = await subscribeAll(10, DAYS, { after: '0' })
    for (const client of all) expect((await client.next()).value).toEqual(answer(1))
    expect(library.journal.opened).toBe(1)
  })
})

test('when the token expires under which a stream was opened, it goes on under another’s, and loses nothing', async () => {
  const subject = newId('usr')
  const short = await library.issuer.bearer({ subject, expiresIn_s: 6 })
  const long = await library.issuer.bearer({ subject })
  const leaving = subscribe(DAYS, {}, short)
  await library.journal.whenStreams(1)
  const staying = subscribe(DAYS, {}, long)
  await staying.settled()
  library.journal.append(...lent(1))
  for (const client of [leaving, staying]) expect((await client.next()).value).toEqual(answer(1))
  const extensions = { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED', cursor: '1' }
  await expect(leaving.next()).rejects.toMatchObject([{ extensions }])
  library.journal.append(...lent(2))
  expect((await staying.next()).value).toEqual(answer(2))
  expect(library.journal.opened).toBe(2)
  await library.journal.whenStreams(1)
})
