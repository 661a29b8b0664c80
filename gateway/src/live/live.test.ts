import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
})
// What a test leaves open must not answer the next one.
afterEach(() => library.journal.whenStreams(0))
afterAll(() => library.close())

const lent = (...bookIds: string[]) => bookIds.map((bookId, index) => ({ bookId, days: index + 1 }))

/** Subscribes, and resolves when the subgraph streams. */
async function open(query: string, variables: Record<string, unknown> = {}) {
  const events = library.socket().iterate({ query, variables })
  const first = events.next()
  await library.journal.whenStreams(1)
  return { events, first }
}

describe('the answer to an event', () => {
  test('has fields of two other subgraphs, under the client’s aliases, fragments, variables and conditions', async () => {
    const { events, first } = await open(
      `subscription Lent($outOf: Int!, $withDays: Boolean!) {
        lent: bookLent(minDays: 0) { ...Days @include(if: $withDays) volume: book { ...Volume author { writer: name } } }
      }
      fragment Days on BookLent { days }
      fragment Volume on Book { heading: title score: rating(outOf: $outOf) }`,
      { outOf: 10, withDays: false },
    )
    library.journal.append(...lent('b1'))
    expect((await first).value).toEqual({
      data: { lent: { volume: { heading: 'Book b1', score: 9, author: { writer: 'Author a1' } } } },
    })
    await events.return?.()
  })

  test('carries the cursor only where the client asked for it, and under the name that it asked for', async () => {
    const { events, first } = await open('subscription { bookLent { position: cursor __resumeCursor: days } }')
    library.journal.append(...lent('b1'))
    const answer = (await first).value
    expect(answer).toEqual({ data: { bookLent: { position: library.journal.end, __resumeCursor: 1 } } })
    await events.return?.()
  })

  test('keeps the code and the path of an error of another subgraph, and its own data', async () => {
    const { events, first } = await open('subscription { bookLent { days book { author { name } } } }')
    library.journal.append(...lent('b7'))
    expect((await first).value).toEqual({
      data: { bookLent: { days: 1, book: { author: { name: null } } } },
      errors: [
        {
          message: 'This author has withdrawn.',
          path: ['bookLent', 'book', 'author', 'name'],
          extensions: { code: 'WITHDRAWN' },
        },
      ],
    })
    await events.return?.()
  })

  test('masks an error without a code, and names the correlation id under which it is logged', async () => {
    const correlationId = 'correlation-of-this-test'
    const events = library.socket().iterate({
      query: 'subscription { bookLent { book { author { name } } } }',
      extensions: { headers: { 'x-correlation-id': correlationId } },
    })
    const first = events.next()
    await library.journal.whenStreams(1)
    library.journal.append(...lent('b8'))
    expect((await first).value).toEqual({
      data: { bookLent: { book: { author: { name: null } } } },
      errors: [
        {
          message: 'Internal error',
          path: ['bookLent', 'book', 'author', 'name'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
        },
      ],
    })
    await events.return?.()
  })

  test('is null up to the nearest nullable field where another subgraph breaks its promise', async () => {
    const { events, first } = await open('subscription { bookLent { days book { title author { name born } } } }')
    library.journal.append(...lent('b9'))
    const { data, errors } = (await first).value
    expect(data).toEqual({ bookLent: { days: 1, book: { title: 'Book b9', author: null } } })
    expect(errors).toMatchObject([{ path: ['bookLent', 'book', 'author', 'born'] }])
    await events.return?.()
  })

  test('comes in the order of the events', async () => {
    const { events, first } = await open('subscription { bookLent { book { id author { name } } } }')
    library.journal.append(...lent('b1', 'b2', 'b3', 'b4'))
    const answers = [await first, await events.next(), await events.next(), await events.next()]
    expect(answers.map(({ value }) => value.data.bookLent.book.id)).toEqual(['b1', 'b2', 'b3', 'b4'])
    await events.return?.()
  })

  test('comes for a stream without cursors as well', async () => {
    const { events, first } = await open('subscription { bell { book { rating } } }')
    library.journal.append(...lent('b1'))
    expect((await first).value).toEqual({ data: { bell: { book: { rating: 4 } } } })
    await events.return?.()
  })
})

describe('one socket', () => {
  test('carries queries and mutations beside subscriptions', async () => {
    const client = library.socket()
    const renamed = client.iterate({ query: 'mutation { renameBook(id: "b2", title: "New") { title rating } }' })
    expect(await renamed.next()).toEqual({ done: false, value: { data: { renameBook: { title: 'New', rating: 4 } } } })
    expect(await renamed.next()).toEqual({ done: true, value: undefined })
    const read = client.iterate({ query: 'query ($id: ID!) { book(id: $id) { title } }', variables: { id: 'b2' } })
    expect(await read.next()).toEqual({ done: false, value: { data: { book: { title: 'New' } } } })
  })

  test.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['names an unknown field', 'subscription { bookStolen { days } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['names an inaccessible field', 'subscription { bookLent { book { shelfCode } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['has two roots', 'subscription { bookLent { days } bell { rings } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['has a conditional root', 'subscription { bell @skip(if: false) { rings } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['streams nothing', 'subscription { __typename }', 'GRAPHQL_VALIDATION_FAILED'],
    ['lacks a variable', 'subscription ($d: Int!) { bookLent(minDays: $d) { days } }', 'BAD_USER_INPUT'],
    ['is refused by the subgraph', 'subscription { bookLent(after: "!") { days } }', 'INVALID_CURSOR'],
  ])('is told by an error message when a subscription %s', async (_, query, code) => {
    await expect(library.socket().iterate({ query }).next()).rejects.toMatchObject([{ extensions: { code } }])
  })

  test.each([
    ['does not parse', '{', 'GRAPHQL_PARSE_FAILED'],
    ['names an unknown field', 'mutation { burnBook { title } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['needs a token', '{ book(id: "b1") { lender } }', 'UNAUTHENTICATED'],
  ])('is told by an error message, and nothing else, when a query or a mutation %s', async (_, query, code) => {
    const client = await new RawClient(library.url).ready()
    client.subscribe('a', query)
    await expect(client.next('error')).resolves.toMatchObject({ id: 'a', payload: [{ extensions: { code } }] })
    client.subscribe('a', '{ bestRating }')
    await client.next('complete')
    expect(client.messages.map(({ type }) => type)).toEqual(['connection_ack', 'error', 'next', 'complete'])
    client.socket.terminate()
  })

  test('never opens a stream for a subscription that is completed before it began', async () => {
    const client = await new RawClient(library.url).ready()
    const query = 'subscription { bookLent { days } }'
    const { opened } = library.journal
    client.subscribe('a', query)
    client.send({ id: 'a', type: 'complete' })
    client.subscribe('a', query)
    await library.journal.whenStreams(1)
    library.journal.append({ bookId: 'b1', days: 1 })
    await client.next('next')
    client.socket.terminate()
    expect([library.journal.opened, client.messages.length]).toEqual([opened + 1, 2])
  })

  test('leaving a quiet subscription ends its stream in the subgraph at once', async () => {
    const { events } = await open('subscription { bookLent { days } }')
    await events.return?.()
    await library.journal.whenStreams(0)
  })

  test('that breaks ends its streams in the subgraph', async () => {
    const client = library.socket()
    const pending = client.iterate({ query: 'subscription { bookLent { days } }' }).next()
    await library.journal.whenStreams(1)
    client.terminate()
    await expect(pending).rejects.toMatchObject({ code: 4499 })
    await library.journal.whenStreams(0)
  })

  test('to a subgraph carries the streams of all clients', async () => {
    const first = await open('subscription { bookLent { days } }')
    const second = library.socket().iterate({ query: 'subscription { bell { rings } }' })
    void second.next()
    await library.journal.whenStreams(2)
    expect(library.subgraphs.get('books')?.sockets()).toBe(1)
    await Promise.all([first.events.return?.(), second.return?.()])
  })
})

test('an outage of what the subgraph stands on is waited for, and costs no event', async () => {
  const { events, first } = await open('subscription { bookLent { days } }')
  library.journal.append({ bookId: 'b1', days: 1 })
  expect((await first).value).toEqual({ data: { bookLent: { days: 1 } } })
  library.journal.fail(new Error('the database is gone'))
  await library.journal.whenStreams(0)
  library.journal.append({ bookId: 'b1', days: 2 })
  library.journal.mend()
  expect((await events.next()).value).toEqual({ data: { bookLent: { days: 2 } } })
  await events.return?.()
})
