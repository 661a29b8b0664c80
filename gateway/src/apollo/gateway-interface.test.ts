import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Core, createCore } from '../core.ts'
import type { RequestContext } from '../request-context.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { apolloServerOptions } from './gateway-interface.ts'
import { requestContextOf } from './request-context.ts'

/** Each fragment stands for the one before it, twice. */
const TOO_MANY_FIELDS = [
  '{ book(id: "b1") { ...F11 } } fragment F0 on Book { title }',
  ...Array.from({ length: 11 }, (_, n) => `fragment F${n + 1} on Book { ...F${n} ...F${n} }`),
].join(' ')

let library: Library
let apollo: ApolloServer<RequestContext>
let apolloUrl: string
beforeAll(async () => {
  library = await startLibrary()
  const core: Core = createCore(library.options)
  apollo = new ApolloServer<RequestContext>(apolloServerOptions(core, library.options))
  const { url } = await startStandaloneServer(apollo, { listen: { port: 0 }, context: requestContextOf(core) })
  apolloUrl = url
})
afterAll(async () => {
  await apollo.stop()
  await library.close()
})

test.each([
  ['fields of three subgraphs', '{ book(id: "b1") { title author { name } rating reviewers { name } } }', {}],
  ['a mutation', 'mutation { renameBook(id: "b3", title: "Renamed") { title rating } }', {}],
  ['variables and fragments', 'query ($id: ID!) { book(id: $id) { ...F } } fragment F on Book { title }', { id: 'b2' }],
  ['errors of a subgraph', '{ book(id: "b7") { author { name } } b8: book(id: "b8") { author { name } } }', {}],
  ['introspection', '{ __schema { queryType { name } } __typename }', {}],
  ['a field that needs a token', '{ book(id: "b1") { lender } }', {}],
  ['a variable of the wrong type', 'query ($n: Int) { book(id: "b1") { rating(outOf: $n) } }', { n: 'x' }],
  ['more tokens than the limit', `{ ${'book(id: "b1") { title } '.repeat(400)} }`, {}],
  ['more fields than the limit', TOO_MANY_FIELDS, {}],
  ['a field that there is not', '{ nothing }', {}],
  ['a subscription', 'subscription { bookLent { days } }', {}],
])('Apollo Server in front answers %s as our own server does', async (_, query, variables) => {
  const body = JSON.stringify({ query, variables })
  const headers = {
    accept: 'application/graphql-response+json',
    'content-type': 'application/json',
    'x-correlation-id': 'one-and-the-same',
  }
  const [own, apollos] = await Promise.all(
    [library.url, apolloUrl].map(async (url) => {
      const response = await fetch(url, { method: 'POST', headers, body })
      return {
        status: response.status,
        challenge: response.headers.get('www-authenticate'),
        body: await response.json(),
      }
    }),
  )
  expect(own?.body).not.toEqual({})
  expect(apollos).toEqual(own)
})
