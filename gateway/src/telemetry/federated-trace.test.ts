import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'

let library: Library

beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library.close())

const QUERY = '{ book(id: "b1") { title rating } }'
const BOOK = { title: 'Book b1', rating: 4 }

test('asks no subgraph for its federated trace, even where a client does', async () => {
  await library.post({ query: QUERY, headers: { 'apollo-federation-include-trace': 'ftv1' } })
  const calls = [...library.subgraphs.values()].flatMap((subgraph) => subgraph.calls)
  expect(calls.length).toBeGreaterThan(1)
  for (const headers of calls) expect(Object.keys(headers)).not.toContain('apollo-federation-include-trace')
})

test('passes on no federated trace that subgraphs answer with all the same', async () => {
  const { body } = await library.post({ query: QUERY })
  expect(body).toEqual({ data: { book: BOOK } })

  const socket = library.socket()
  for await (const answer of socket.iterate({ query: QUERY })) expect(answer).toEqual({ data: { book: BOOK } })
  const events = socket.iterate({ query: 'subscription { bookLent(after: "0") { book { title rating } } }' })
  library.journal.append({ bookId: 'b1', days: 3 })
  expect((await events.next()).value).toEqual({ data: { bookLent: { book: BOOK } } })
  await events.return?.()
})
