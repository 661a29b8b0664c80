import { afterEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { Turnstile } from '../testing/turnstile.ts'

let library: Library | undefined
afterEach(() => library?.close())

const lent = (count: number) => Array.from({ length: count }, (_, index) => ({ bookId: 'b1', days: index + 1 }))

/** Another subgraph that does not answer: the subscriber's first event stays in hand, and nothing more is taken. */
const stuck = () => new Turnstile().holding({ data: null })

test('a backlog far longer than the queue comes whole, in order and once', async () => {
  library = await startLibrary({ limits: { subscriber: { queue_max: 4, stall_ms_max: 30_000 } } })
  library.journal.append(...lent(100))
  const events = library.socket().iterate<{ bookLent: { days: number } }>({
    query: 'subscription { bookLent(after: "0") { days book { rating } } }',
  })
  const days: unknown[] = []
  while (days.length < 100) days.push((await events.next()).value.data.bookLent.days)
  expect(days).toEqual(lent(100).map((event) => event.days))
})

test('a subscriber that takes nothing is ended, with the cursor from which it loses nothing', async () => {
  const limits = { subscriber: { queue_max: 2, stall_ms_max: 20 } }
  library = await startLibrary({ limits, intercept: { authors: stuck() } })
  library.journal.append(...lent(10))
  const events = library.socket().iterate({
    query: 'subscription { bookLent(after: "3") { days book { author { name } } } }',
  })
  await expect(events.next()).rejects.toEqual([
    { message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW', cursor: '3' } },
  ])
  await library.journal.whenStreams(0)
})

test('a stream that cannot be taken up again is ended as soon as its queue is full', async () => {
  library = await startLibrary({
    limits: { subscriber: { queue_max: 2, stall_ms_max: 30_000 } },
    intercept: { authors: stuck() },
  })
  const events = library.socket().iterate({ query: 'subscription { bell { book { author { name } } } }' })
  const first = events.next()
  await library.journal.whenStreams(1)
  library.journal.append(...lent(10))
  await expect(first).rejects.toEqual([{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW' } }])
  await library.journal.whenStreams(0)
})
