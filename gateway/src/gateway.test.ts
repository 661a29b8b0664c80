import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from './testing/library.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library.close())

test('one query is answered by three subgraphs', async () => {
  const { status, body } = await library.post({
    query: 'query ($id: ID!) { book(id: $id) { title author { name } rating(outOf: 10) } }',
    variables: { id: 'b1' },
  })
  expect(body).toEqual({ data: { book: { title: 'Book b1', author: { name: 'Author a1' }, rating: 9 } } })
  expect(status).toBe(200)
})
test('sub', async () => {
  const it = library
    .socket()
    .iterate({ query: 'subscription { bookLent { days book { title author { name } rating } } }' })
  const first = it.next()
  await library.journal.whenStreams(1)
  library.journal.append({ bookId: 'b1', days: 3 })
  console.log(JSON.stringify(await first))
})
