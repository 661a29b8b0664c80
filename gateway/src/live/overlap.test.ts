import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'

/** The authors subgraph, which answers when the test says so. */
class HeldAuthors {
  readonly #held: (() => void)[] = []
  #arrived = Promise.withResolvers<void>()

  readonly intercept = (_request: IncomingMessage, response: ServerResponse): boolean => {
    const body = JSON.stringify({ data: { _entities: [{ __typename: 'Author', name: String(this.#held.length) }] } })
    this.#held.push(() => response.setHeader('content-type', 'application/json').end(body))
    this.#arrived.resolve()
    return true
  }

  get count(): number {
    return this.#held.length
  }

  async whenHeld(count: number): Promise<void> {
    while (this.#held.length < count) {
      await this.#arrived.promise
      this.#arrived = Promise.withResolvers()
    }
  }

  answer(index: number): void {
    this.#held[index]?.()
  }
}

const COMPLETING_MAX = 3
const NAMED = 'subscription { bookLent { days book { author { name } } } }'

let authors: HeldAuthors
let library: Library
beforeEach(async () => {
  authors = new HeldAuthors()
  library = await startLibrary({
    intercept: { authors: authors.intercept },
    limits: { stream: { ...DEFAULT_LIMITS.stream, completing_max: COMPLETING_MAX } },
  })
})
afterEach(() => library.close())

interface Lent {
  readonly data: { readonly bookLent: { readonly days: number; readonly book: { readonly author: { name: string } } } }
}

/** Subscribes, and lets so many events of one book happen. */
async function afterEvents(count: number) {
  const events = library.socket().iterate({ query: NAMED }) as unknown as AsyncGenerator<Lent>
  const first = events.next()
  await library.journal.whenStreams(1)
  library.journal.append(...Array.from({ length: count }, (_, index) => ({ bookId: 'b1', days: index + 1 })))
  let asked = 0
  return async () => {
    const { value } = await (asked++ === 0 ? first : events.next())
    const { days, book } = value.data.bookLent
    return [days, book.author.name]
  }
}

describe('events that come faster than the other subgraphs answer', () => {
  test('are completed side by side, each with an answer of its own, and told in the order in which they happened', async () => {
    const next = await afterEvents(3)
    await authors.whenHeld(3)
    for (const index of [2, 1, 0]) authors.answer(index)
    const told = [await next(), await next(), await next()]
    expect(told).toEqual([
      [1, '0'],
      [2, '1'],
      [3, '2'],
    ])
  })

  test('are completed so many at a time and no more, and the next one when the first is told', async () => {
    const next = await afterEvents(COMPLETING_MAX + 2)
    await authors.whenHeld(COMPLETING_MAX)
    // Had more been asked for, they would be here before this, which goes the same way.
    await library.post({ query: '{ book(id: "b1") { rating } }' })
    authors.answer(1)
    authors.answer(2)
    await library.post({ query: '{ book(id: "b1") { rating } }' })
    expect(authors.count).toBe(COMPLETING_MAX)
    authors.answer(0)
    expect([await next(), await next(), await next()].map(([days]) => days)).toEqual([1, 2, 3])
    await authors.whenHeld(COMPLETING_MAX + 2)
  })
})
