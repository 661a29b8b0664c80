// Registered documents, and those that clients teach by their hash, behind Apollo Server.

import { createHash } from 'node:crypto'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createCore } from '../core.ts'
import { trustDocuments } from '../persisted/trusted.ts'
import type { RequestContext } from '../request-context.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { apolloServerOptions } from './gateway-interface.ts'
import { requestContextOf } from './request-context.ts'

const BOOK = 'query Book($id: ID!) { book(id: $id) { title } }'
const STRANGER = '{ bestRating }'
const trusted = trustDocuments([['book', BOOK]], 1_000)

let library: Library
beforeAll(async () => {
  library = await startLibrary()
  return () => library.close()
})
let apollo: ApolloServer<RequestContext>
afterEach(() => apollo.stop())

/** Apollo Server before a gateway where other documents than the registered one may run, or may not. */
async function start(isRequired: boolean) {
  const core = createCore({ ...library.options, persisted: { trusted, isRequired } })
  apollo = new ApolloServer<RequestContext>(apolloServerOptions(core, library.options))
  const { url } = await startStandaloneServer(apollo, { listen: { port: 0 }, context: requestContextOf(core) })
  const ask = async (body: Record<string, unknown>) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const response = await fetch(url, { ...request, body: JSON.stringify({ variables: { id: 'b1' }, ...body }) })
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] }
    return [response.status, data ?? errors?.map(({ extensions }) => extensions.code)]
  }
  return { ask, counted: core.counts.documents }
}

const apq = (text: string, version = 1) => {
  const sha256Hash = createHash('sha256').update(text).digest('hex')
  return { persistedQuery: { version, sha256Hash } }
}
const TITLE = [200, { book: { title: 'Book b1' } }]

describe.each([false, true])('where none but registered documents may run: %s,', (isRequired) => {
  test.each([
    ['its hash', { extensions: apq(BOOK) }],
    ['its text', { query: BOOK }],
    ['its text, written otherwise', { query: BOOK.replaceAll(' ', '\n') }],
    ['both', { query: BOOK, extensions: apq(BOOK) }],
  ])('a registered document runs by %s', async (_, body) => {
    const { ask } = await start(isRequired)
    expect(await ask(body)).toEqual(TITLE)
  })

  test.each([
    ['hash is not that of its text', { query: BOOK, extensions: apq(STRANGER) }],
    ['version is not spoken', { extensions: apq(BOOK, 2) }],
  ])('a persisted query whose %s is its sender’s fault', async (_, body) => {
    const { ask } = await start(isRequired)
    expect(await ask(body)).toEqual([400, ['BAD_REQUEST']])
  })
})

test('a document that is not registered is refused with 403 where none else may run, and is not learnt', async () => {
  const { ask, counted } = await start(true)
  expect(await ask({ query: STRANGER })).toEqual([403, ['DOCUMENT_NOT_ALLOWED']])
  expect(await ask({ query: STRANGER, extensions: apq(STRANGER) })).toEqual([403, ['DOCUMENT_NOT_ALLOWED']])
  expect(await ask({ extensions: apq(STRANGER) })).toEqual([200, ['PERSISTED_QUERY_NOT_FOUND']])
  expect(counted).toMatchObject({ refused: 2, unknown: 1 })
})

test('a document is learnt once it came beside its hash, and counted as at our own door', async () => {
  const { ask, counted } = await start(false)
  expect(await ask({ extensions: apq(STRANGER) })).toEqual([200, ['PERSISTED_QUERY_NOT_FOUND']])
  const [status, data] = await ask({ query: STRANGER, extensions: apq(STRANGER) })
  expect(status).toBe(200)
  expect(await ask({ extensions: apq(STRANGER) })).toEqual([200, data])
  expect(counted).toMatchObject({ unknown: 1, taught: 1, learnt: 1, refused: 0 })
})
