import { afterEach, beforeEach, expect, test } from 'vitest'
import { ToyJournal } from '../testing/journal.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { booksSubgraph, type Lent } from '../testing/library-graph.ts'
import { startToySubgraph, type ToySubgraph } from '../testing/subgraph-server.ts'

const journal = new ToyJournal<Lent>()
let books: ToySubgraph[]
let library: Library

beforeEach(async () => {
  books = [await startToySubgraph(booksSubgraph(journal)), await startToySubgraph(booksSubgraph(journal))]
  const urls = books.map(({ url }) => url)
  library = await startLibrary({ booksUrl: urls[0] ?? '', subgraphUrls: new Map([['books', urls]]) })
})
afterEach(async () => {
  await library.close()
  await Promise.all(books.map((process) => process.close()))
})

test('when one of two processes of a subgraph goes away, its streams go on from the other and queries are answered', async () => {
  const events = library.socket().iterate({ query: 'subscription { bookLent(after: "0") { days } }' })
  journal.append({ bookId: 'b1', days: 1 })
  expect((await events.next()).value).toEqual({ data: { bookLent: { days: 1 } } })
  const streaming = books.find((process) => process.sockets() > 0)
  await streaming?.close()
  journal.append({ bookId: 'b1', days: 2 })
  expect((await events.next()).value).toEqual({ data: { bookLent: { days: 2 } } })
  for (let i = 0; i < 10; i += 1)
    expect((await library.post({ query: '{ book(id: "b1") { id } }' })).body).toEqual({ data: { book: { id: 'b1' } } })
  const renamed = await library.post({ query: 'mutation { renameBook(id: "b3", title: "Anew") { title } }' })
  expect(renamed.body).toEqual({ data: { renameBook: { title: 'Anew' } } })
})
