import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { BooksProcess } from '../testing/books-process.ts'
import { FAST_UPSTREAM, type Library, type LibraryOptions, startLibrary } from '../testing/library.ts'

let books: BooksProcess
let library: Library

async function start(lost_ms_max: number, limits: LibraryOptions['limits'] = {}): Promise<void> {
  books = new BooksProcess()
  await books.start()
  const upstream = { ...FAST_UPSTREAM, lost_ms_max }
  library = await startLibrary({ booksUrl: books.url, limits: { upstream, ...limits } })
}

afterEach(async () => {
  await library.close()
  await books.kill()
})

const lent = (...days: number[]) => days.map((day) => ({ bookId: 'b1', days: day }))

interface Events {
  readonly data: { readonly bookLent: { readonly days: number } }
}

const subscribe = (query: string, variables: Record<string, unknown> = {}) =>
  library.socket().iterate({ query, variables }) as AsyncIterableIterator<Events>

async function daysOf(events: AsyncIterableIterator<Events>, count: number): Promise<number[]> {
  const days: number[] = []
  while (days.length < count) days.push((await events.next()).value.data.bookLent.days)
  return days
}

const DAYS = 'subscription { bookLent { days } }'

test('a subgraph that is killed again and again while a client replays a long backlog costs it no event', async () => {
  const stream = { ...DEFAULT_LIMITS.stream, queue_max: 8 }
  await start(60_000, { stream })
  books.append(...lent(...Array(600).keys()))
  const events = subscribe('subscription { bookLent(after: "0") { days } }')
  const days: number[] = []
  while (days.length < 600) {
    days.push(...(await daysOf(events, 150)))
    await books.kill()
    await books.start()
  }
  expect(days).toEqual([...Array(600).keys()])
})

test('a subgraph that hangs with its sockets open costs no event and repeats none', async () => {
  const upstream = { ...FAST_UPSTREAM, silence_ms_max: 2_000, connect_ms_max: 2_000 }
  await start(60_000, { upstream })
  const events = subscribe(DAYS)
  const first = daysOf(events, 1)
  await books.whenStreams(1)
  books.append(...lent(1))
  expect(await first).toEqual([1])
  books.freeze()
  // It finds this when it wakes up, and tells it on a socket that nobody reads any more.
  books.append(...lent(2))
  await expect(subscribe('subscription { bell { rings } }').next()).rejects.toMatchObject([
    { extensions: { code: expect.stringMatching(/^(UPSTREAM_LOST|SUBGRAPH_UNAVAILABLE)$/) } },
  ])
  books.thaw()
  books.append(...lent(3))
  expect(await daysOf(events, 2)).toEqual([2, 3])
})

describe('a subgraph killed with SIGKILL and started again', () => {
  beforeEach(() => start(60_000))

  test('costs a subscriber no event and repeats none, fields of the other subgraphs included', async () => {
    const events = subscribe('subscription { bookLent { days book { author { name } rating } } }')
    const before = daysOf(events, 3)
    await books.whenStreams(1)
    books.append(...lent(1, 2, 3))
    expect(await before).toEqual([1, 2, 3])
    await books.kill()
    books.append(...lent(4, 5))
    await books.start()
    books.append(...lent(6))
    const rest = [await events.next(), await events.next(), await events.next()]
    expect(rest.map(({ value }) => value)).toEqual(
      [4, 5, 6].map((days) => ({
        data: { bookLent: { days, book: { author: { name: 'Author a1' }, rating: 4 } } },
      })),
    )
  })

  test('costs a subscriber "from now on" no event even if it was killed before the first', async () => {
    books.append(...lent(1, 2))
    const events = subscribe(DAYS)
    const first = daysOf(events, 2)
    await books.whenStreams(1)
    // The frame with the start cursor is on its way by now; it is answered before this query, on a younger connection.
    await library.post({ query: '{ books { id } }' })
    await books.kill()
    books.append(...lent(3))
    await books.start()
    books.append(...lent(4))
    expect(await first).toEqual([3, 4])
  })

  test.each([
    ['a variable', 'subscription ($a: String) { bookLent(after: $a) { days } }', { a: '1' }],
    ['a default', 'subscription ($a: String = "1") { bookLent(after: $a) { days } }', {}],
    ['a literal', 'subscription { bookLent(after: "1") { days } }', {}],
  ])('is resumed from the client’s own position, given as %s, when no event had come', async (_, query, variables) => {
    books.append(...lent(1))
    const events = subscribe(query, variables)
    const first = daysOf(events, 2)
    await books.whenStreams(1)
    await books.kill()
    books.append(...lent(2, 3))
    await books.start()
    expect(await first).toEqual([2, 3])
  })

  test('is resumed for each subscriber behind its own last event', async () => {
    books.append(...lent(1, 2))
    const early = subscribe('subscription { bookLent(after: "0") { days } }')
    const late = subscribe('subscription { bookLent(after: "1") { days } }')
    expect([await daysOf(early, 2), await daysOf(late, 1)]).toEqual([[1, 2], [2]])
    await books.kill()
    books.append(...lent(3))
    await books.start()
    expect([await daysOf(early, 1), await daysOf(late, 1)]).toEqual([[3], [3]])
  })

  test('is not asked again for the stream of a client that left meanwhile', async () => {
    books.append(...lent(1))
    const leaving = subscribe('subscription { bookLent(after: "0") { days } }')
    const staying = subscribe('subscription { bookLent(after: "0") { days } }')
    await Promise.all([daysOf(leaving, 1), daysOf(staying, 1)])
    await books.kill()
    await leaving.return?.()
    books.append(...lent(2))
    await books.start()
    expect(await daysOf(staying, 1)).toEqual([2])
    await books.whenStreams(1)
  })

  test('ends a stream that has no cursor with UPSTREAM_LOST, because it cannot be continued without a gap', async () => {
    const events = subscribe('subscription { bell { rings } }')
    const first = events.next()
    await books.whenStreams(1)
    books.append(...lent(1))
    expect((await first).value).toEqual({ data: { bell: { rings: 1 } } })
    await books.kill()
    await expect(events.next()).rejects.toEqual([
      { message: expect.any(String), extensions: { code: 'UPSTREAM_LOST', subgraph: 'books' } },
    ])
  })
})

describe('a subgraph that does not come back', () => {
  beforeEach(() => start(50))

  test('ends its streams with UPSTREAM_LOST and the cursor to go on from, not with a silent complete', async () => {
    const events = subscribe(DAYS)
    const first = daysOf(events, 2)
    await books.whenStreams(1)
    books.append(...lent(1, 2))
    await first
    await books.kill()
    await expect(events.next()).rejects.toEqual([
      { message: expect.any(String), extensions: { code: 'UPSTREAM_LOST', subgraph: 'books', cursor: '2' } },
    ])
  })

  test('refuses new subscriptions with SUBGRAPH_UNAVAILABLE, and takes them again once it is up', async () => {
    await books.kill()
    await expect(subscribe(DAYS).next()).rejects.toEqual([
      { message: expect.any(String), extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'books' } },
    ])
    await books.start()
    books.append(...lent(1))
    expect(await daysOf(subscribe('subscription { bookLent(after: "0") { days } }'), 1)).toEqual([1])
  })
})
