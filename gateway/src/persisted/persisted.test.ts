// Registered documents over the wire: by id, by hash, by text, over HTTP and over a socket.

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { trustDocuments } from './trusted.ts'

const BOOK = 'query Book($id: ID!) { book(id: $id) { title } }'
const LENT = 'subscription Lent { bookLent { days } }'
const STRANGER = '{ book(id: "b1") { title } }'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const apq = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } })

const trusted = trustDocuments(Object.entries({ book: BOOK, lent: LENT }), 1_000)
let open: Library
let closed: Library
beforeAll(async () => {
  open = await startLibrary({ persisted: { trusted, isRequired: false } })
  closed = await startLibrary({ persisted: { trusted, isRequired: true } })
})
afterAll(() => Promise.all([open.close(), closed.close()]))

async function send({ url }: Library, body: Record<string, unknown>) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const response = await fetch(url, { ...request, body: JSON.stringify({ variables: { id: 'b1' }, ...body }) })
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] }
  return [response.status, data ?? errors?.map(({ extensions }) => extensions.code)]
}

const TITLE = [200, { book: { title: 'Book b1' } }]
const NOT_FOUND = [400, ['PERSISTED_DOCUMENT_NOT_FOUND']]
const NOT_ALLOWED = [403, ['DOCUMENT_NOT_ALLOWED']]
const LEARN = [200, ['PERSISTED_QUERY_NOT_FOUND']]

describe.each<[string, Record<string, unknown>, unknown, unknown]>([
  ['its id', { documentId: 'book' }, TITLE, TITLE],
  ['its hash as an id', { documentId: `sha256:${sha256(BOOK)}` }, TITLE, TITLE],
  ['its hash as Apollo Client sends it', { extensions: apq(BOOK) }, TITLE, TITLE],
  ['its text', { query: BOOK }, TITLE, TITLE],
  ['its text, written otherwise', { query: BOOK.replaceAll(' ', '\n') }, TITLE, TITLE],
  ['its text beside its hash', { query: BOOK, extensions: apq(BOOK) }, TITLE, TITLE],
  ['an id that nobody registered', { documentId: 'other' }, NOT_FOUND, NOT_FOUND],
  ['a hash that nobody registered', { extensions: apq('{ bestRating }') }, LEARN, NOT_FOUND],
  ['the text of another', { query: STRANGER }, TITLE, NOT_ALLOWED],
  [
    'the text of another beside the id of a registered one',
    { query: STRANGER, documentId: 'book' },
    TITLE,
    NOT_ALLOWED,
  ],
  ['the text of another beside its hash', { query: STRANGER, extensions: apq(STRANGER) }, TITLE, NOT_ALLOWED],
  ['nothing', {}, [400, ['BAD_REQUEST']], [400, ['BAD_REQUEST']]],
])('%s', (_, body, whereAllowed, whereRequired) => {
  test('where others are allowed', async () => {
    expect(await send(open, body)).toEqual(whereAllowed)
  })
  test('where none else is', async () => {
    expect(await send(closed, body)).toEqual(whereRequired)
  })
})

test('an id is taken from the address of a GET', async () => {
  const response = await fetch(`${closed.url}?documentId=book&variables=${encodeURIComponent('{"id":"b1"}')}`)
  expect(await response.json()).toEqual({ data: { book: { title: 'Book b1' } } })
})

test('a stream of the response is refused as a frame is, where none else is allowed', async () => {
  const streamed = async (body: object) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    const request = { method: 'POST', headers, body: JSON.stringify({ variables: { id: 'b1' }, ...body }) }
    return (await fetch(closed.url, request)).text()
  }
  expect(await streamed({ query: STRANGER })).toContain('DOCUMENT_NOT_ALLOWED')
  expect(await streamed({ documentId: 'book' })).toContain('"title":"Book b1"')
})

describe('over a socket, where none else is allowed,', () => {
  const first = (payload: { query: string; [member: string]: unknown }) => closed.socket().iterate(payload).next()

  test.each([
    ['its text', { query: LENT }],
    ['its id', { query: '', documentId: 'lent' }],
    ['its hash', { query: '', extensions: apq(LENT) }],
  ])('a subscription runs by %s', async (_, payload) => {
    const events = closed.socket().iterate(payload)
    const event = events.next()
    await closed.journal.whenStreams(1)
    closed.journal.append({ bookId: 'b1', days: 5 })
    expect((await event).value).toEqual({ data: { bookLent: { days: 5 } } })
    await events.return?.()
    await closed.journal.whenStreams(0)
  })

  test('a query runs by its id', async () => {
    const { value } = await first({ query: '', documentId: 'book', variables: { id: 'b1' } })
    expect(value).toEqual({ data: { book: { title: 'Book b1' } } })
  })

  test.each([
    ['the text of another', { query: 'subscription { bell { rings } }' }, 'DOCUMENT_NOT_ALLOWED'],
    ['the text of another query', { query: STRANGER }, 'DOCUMENT_NOT_ALLOWED'],
    ['an id that nobody registered', { query: '', documentId: 'x' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
  ])('%s is refused', async (_, payload, code) => {
    await expect(first(payload)).rejects.toMatchObject([{ extensions: { code } }])
  })
})
