import { newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ToyJournal } from '../testing/journal.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { authorsSubgraph, type Lent, reviewsSubgraph } from '../testing/library-graph.ts'
import { booksForOperators } from '../testing/operators.ts'

let journal: ToyJournal<Lent>
let library: Library
beforeEach(async () => {
  journal = new ToyJournal()
  const definitions = { books: booksForOperators(journal), authors: authorsSubgraph(), reviews: reviewsSubgraph() }
  library = await startLibrary({ definitions })
})
afterEach(() => library.close())

const DAYS = 'subscription { bookLent { days } }'
const RATED = 'subscription { bookLent { days book { rating } } }'
const lent = (...days: number[]) => days.map((day) => ({ bookId: 'b1', days: day }))

/** Subscribes as a person of its own. */
async function subscribe(query: string, options: Parameters<Library['issuer']['bearer']>[0] = {}) {
  const authorization = await library.issuer.bearer({ subject: newId('usr'), roles: ['operator'], ...options })
  const client = library.socket({ authorization })
  const events = client.iterate({ query })
  const first = events.next()
  first.catch(() => undefined)
  let asked = 0
  return {
    authorization,
    leave: () => client.terminate(),
    next: async () => (await (asked++ === 0 ? first : events.next())).value,
    /** Resolves once the gateway has dealt with what was sent before. */
    async settled(): Promise<void> {
      for await (const _ of client.iterate({ query: '{ bestRating }' }));
    },
  }
}

async function subscribeAll(count: number, query: string) {
  const first = await subscribe(query)
  await journal.whenStreams(1)
  const all = [first]
  while (all.length < count) all.push(await subscribe(query))
  for (const client of all) await client.settled()
  return all
}

describe('people whose tokens agree in what the events of a field depend on', () => {
  test('share one stream of the subgraph', async () => {
    const all = await subscribeAll(3, DAYS)
    journal.append(...lent(1, 2))
    for (const days of [1, 2])
      for (const client of all) expect(await client.next()).toEqual({ data: { bookLent: { days } } })
    expect(journal.opened).toBe(1)
  })

  test('share it also where other subgraphs complete the events, which they do for each in their own name', async () => {
    const all = await subscribeAll(3, RATED)
    const before = library.subgraphs.get('reviews')?.calls.length
    journal.append(...lent(1))
    for (const client of all)
      expect(await client.next()).toEqual({ data: { bookLent: { days: 1, book: { rating: 4 } } } })
    expect(journal.opened).toBe(1)
    const calls = library.subgraphs.get('reviews')?.calls.slice(before) ?? []
    expect(calls.map(({ authorization }) => authorization).sort()).toEqual(
      all.map(({ authorization }) => authorization).sort(),
    )
  })

  test.each([
    ['the events', DAYS, { days: 1 }],
    ['completed events', RATED, { days: 1, book: { rating: 4 } }],
  ])('go on with %s when the one in whose name the stream was opened leaves', async (_, query, event) => {
    const [opener, ...others] = await subscribeAll(3, query)
    opener?.leave()
    while (journal.opened < 2 || journal.streams !== 1) await others[0]?.settled()
    journal.append(...lent(1))
    for (const client of others) expect(await client.next()).toEqual({ data: { bookLent: event } })
  })

  test('are each ended by their own token alone, and by it in time', async () => {
    const brief = await subscribe(DAYS, { expiresIn_s: 4 })
    await journal.whenStreams(1)
    const other = await subscribe(DAYS)
    await other.settled()
    journal.append(...lent(1))
    expect(await brief.next()).toEqual(await other.next())
    await expect(brief.next()).rejects.toMatchObject([{ extensions: { reason: 'TOKEN_EXPIRED', cursor: '1' } }])
    journal.append(...lent(2))
    expect(await other.next()).toEqual({ data: { bookLent: { days: 2 } } })
  })

  test('are each refused what they may not read themselves', async () => {
    const query = 'subscription { bookLent { book { cost } } }'
    const scope = 'books:read books:cost'
    const reader = await subscribe(query, { scope })
    await journal.whenStreams(1)
    const other = await subscribe(query)
    await expect(other.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    journal.append(...lent(1))
    expect(await reader.next()).toEqual({ data: { bookLent: { book: { cost: 7 } } } })
    expect(journal.opened).toBe(1)
  })

  test('share with nobody for whom the declaration does not hold', async () => {
    for (const roles of [['operator'], ['customer'], ['customer']]) await subscribe(DAYS, { roles })
    await journal.whenStreams(3)
  })

  test('share with nobody of another tenant', async () => {
    for (const tenant of ['acme', 'globex', 'acme']) {
      const client = await subscribe(DAYS, { tenant })
      await client.settled()
    }
    expect(journal.opened).toBe(2)
  })
})
