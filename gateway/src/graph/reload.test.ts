import { afterEach, describe, expect, test } from 'vitest'
import { type LoadedSupergraph, loadSupergraph } from '../supergraph/load.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { authorsSubgraph, booksSubgraph, compose, reviewsSubgraph } from '../testing/library-graph.ts'
import { startToySubgraph, type ToySubgraph } from '../testing/subgraph-server.ts'
import { Turnstile } from '../testing/turnstile.ts'

let library: Library
const others: ToySubgraph[] = []
afterEach(async () => {
  await library.close()
  await Promise.all(others.splice(0).map((subgraph) => subgraph.close()))
})

/** The supergraph of the library with a text of its SDL replaced. */
function changed(from: string, to: string): LoadedSupergraph {
  expect(library.sdl).toContain(from)
  return loadSupergraph(library.sdl.replaceAll(from, to))
}

const withoutRatings = () => changed('rating(outOf: Int! = 5): Int', 'rating(outOf: Int! = 5): Int @inaccessible')

function withoutReviews(): LoadedSupergraph {
  const { typeDefs: books } = booksSubgraph(library.journal)
  const { typeDefs: authors } = authorsSubgraph()
  const urlOf = (name: string) => library.subgraphs.get(name)?.url ?? ''
  return loadSupergraph(
    compose([
      { name: 'books', url: urlOf('books'), typeDefs: books },
      { name: 'authors', url: urlOf('authors'), typeDefs: authors },
    ]),
  )
}

const RATED = '{ book(id: "b1") { title rating } }'

/** Asks until the answer has this status: the new graph is served as soon as it is ready. */
async function answeredWith(status: number, query: string): Promise<void> {
  while ((await library.post({ query })).status !== status);
}

describe('another supergraph', () => {
  test('answers what is asked from then on, while the one before answers what it had begun', async () => {
    const turnstile = new Turnstile()
    const answer = { data: { _entities: [{ rating: 4 }] } }
    library = await startLibrary({ intercept: { reviews: turnstile.holding(answer) } })
    const before = library.post({ query: RATED })
    await turnstile.whenHeld()
    const served = library.gateway.serve(withoutRatings())
    await answeredWith(400, RATED)
    turnstile.open()
    expect((await before).body).toEqual({ data: { book: { title: 'Book b1', rating: 4 } } })
    await served
    expect((await library.post({ query: '{ book(id: "b1") { title } }' })).status).toBe(200)
  })

  test('leaves a request what it still has to ask of a subgraph that is in it no more', async () => {
    const turnstile = new Turnstile()
    const held = { data: { book: { __typename: 'Book', id: 'b1', title: 'Held' } } }
    library = await startLibrary({ intercept: { books: turnstile.holding(held) } })
    const before = library.post({ query: RATED })
    await turnstile.whenHeld()
    const served = library.gateway.serve(withoutReviews())
    await answeredWith(400, RATED)
    // Long enough for a gateway that waits for nobody to have let go of that subgraph.
    for (let asked = 0; asked < 50; asked++) await answeredWith(400, RATED)
    turnstile.open()
    expect((await before).body).toEqual({ data: { book: { title: 'Held', rating: 4 } } })
    await served
  })

  test('that is served twice in a row ends with the one that was handed in last', async () => {
    library = await startLibrary()
    await Promise.all([library.gateway.serve(withoutRatings()), library.gateway.serve(loadSupergraph(library.sdl))])
    expect((await library.post({ query: RATED })).status).toBe(200)
  })

  test('leaves streams as they are, and is what new ones are checked against', async () => {
    library = await startLibrary()
    const query = 'subscription { bookLent { days book { rating } } }'
    const events = library.socket().iterate({ query })
    const first = events.next()
    await library.journal.whenStreams(1)
    await library.gateway.serve(withoutRatings())
    library.journal.append({ bookId: 'b1', days: 3 })
    expect((await first).value).toEqual({ data: { bookLent: { days: 3, book: { rating: 4 } } } })
    const late = library.socket().iterate({ query })
    await expect(late.next()).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
    await events.return?.()
    await library.journal.whenStreams(0)
  })

  test('that cannot be served does not keep out the next one', async () => {
    library = await startLibrary()
    const authors = library.subgraphs.get('authors')?.url ?? ''
    const broken = library.gateway.serve(changed(authors, 'nowhere'))
    const next = library.gateway.serve(withoutRatings())
    await expect(broken).rejects.toThrow('A URL of the subgraph authors is none')
    await next
    expect((await library.post({ query: RATED })).status).toBe(400)
  })

  test('that says another address for a subgraph takes along what it adds to the events of another', async () => {
    library = await startLibrary()
    const moved = await startToySubgraph(reviewsSubgraph())
    others.push(moved)
    const events = library.socket().iterate({ query: 'subscription { bookLent { days book { rating } } }' })
    const first = events.next()
    await library.journal.whenStreams(1)
    await library.gateway.serve(changed(library.subgraphs.get('reviews')?.url ?? '', moved.url))
    library.journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toEqual({ data: { bookLent: { days: 1, book: { rating: 4 } } } })
    expect(moved.calls.length).toBe(1)
    await events.return?.()
  })

  test('that a subgraph is not in any more costs streams of the others what it added to their events', async () => {
    library = await startLibrary()
    const query = 'subscription { bookLent { days book { rating } } }'
    const events = library.socket().iterate({ query })
    const first = events.next()
    await library.journal.whenStreams(1)
    await library.gateway.serve(withoutReviews())
    library.journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toMatchObject({
      data: { bookLent: { days: 1, book: { rating: null } } },
      errors: [{ path: ['bookLent', 'book'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'reviews' } }],
    })
    await events.return?.()
  })

  test('that a subgraph is in again gives streams back what it adds to their events', async () => {
    library = await startLibrary()
    const events = library.socket().iterate({ query: 'subscription { bookLent { days book { rating } } }' })
    const first = events.next()
    await library.journal.whenStreams(1)
    await library.gateway.serve(withoutReviews())
    await library.gateway.serve(loadSupergraph(library.sdl))
    library.journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toEqual({ data: { bookLent: { days: 1, book: { rating: 4 } } } })
    await events.return?.()
  })

  test('that says another address for a subgraph leaves streams where they are that have no cursor', async () => {
    library = await startLibrary()
    const moved = await startToySubgraph(booksSubgraph(library.journal))
    others.push(moved)
    const events = library.socket().iterate({ query: 'subscription { bell { rings } }' })
    const first = events.next()
    await library.journal.whenStreams(1)
    await library.gateway.serve(changed(library.subgraphs.get('books')?.url ?? '', moved.url))
    library.journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toEqual({ data: { bell: { rings: 1 } } })
    const lost = expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'UPSTREAM_LOST' } }])
    await library.subgraphs.get('books')?.close()
    await lost
  })

  test('that says another address for a subgraph sends calls there, and takes its streams along without a gap', async () => {
    library = await startLibrary()
    const moved = await startToySubgraph(booksSubgraph(library.journal))
    others.push(moved)
    const events = library.socket().iterate({ query: 'subscription { bookLent { days } }' })
    const first = events.next()
    await library.journal.whenStreams(1)
    library.journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toEqual({ data: { bookLent: { days: 1 } } })
    const second = events.next()
    await library.gateway.serve(changed(library.subgraphs.get('books')?.url ?? '', moved.url))
    await library.subgraphs.get('books')?.close()
    library.journal.append({ bookId: 'b1', days: 2 }, { bookId: 'b1', days: 3 })
    expect((await second).value).toEqual({ data: { bookLent: { days: 2 } } })
    expect((await events.next()).value).toEqual({ data: { bookLent: { days: 3 } } })
    expect((await library.post({ query: RATED })).body).toEqual({ data: { book: { title: 'Book b1', rating: 4 } } })
    expect(moved.calls.length).toBeGreaterThan(0)
    await events.return?.()
  })
})
