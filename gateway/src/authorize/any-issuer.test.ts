// Tokens as issuers write them that know nothing of this graph: what their claims say, subgraphs judge.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library.close())

const QUERY = '{ book(id: "b1") { rawScore lender } }'

async function ask(subject: string, claims: Record<string, unknown>) {
  const authorization = await library.issuer.bearer({ subject, claims })
  const { status, body } = await library.post({ query: QUERY, headers: { authorization } })
  return [status, body]
}

test.each<[string, string, Record<string, unknown>]>([
  ['a text', 'auth0|5f7c8ec7c33c6c004bbafe82', { scope: 'openid reviews:raw', permissions: ['x'] }],
  ['a list', '8f6c4d0e-27a1-4a52-9c62-1b5a3f0b7f0e', { scope: ['reviews:raw'], realm_access: { roles: ['admin'] } }],
  ['a text in `scp`', 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ', { scp: 'User.Read reviews:raw', tid: 't' }],
  ['a list in `scp`', '00u1', { scp: ['reviews:raw'], tenant: 7, roles: 'admin' }],
])('a token whose scopes are %s is good, whatever else it says', async (_, subject, claims) => {
  expect(await ask(subject, claims)).toMatchObject([200, { data: { book: { rawScore: expect.any(Number) } } }])
})

test.each<[string, string, Record<string, unknown>]>([
  ['has no scope', 'auth0|1', {}],
  ['has another', 'auth0|1', { scope: 'reviews:rawest', permissions: ['reviews:raw'] }],
])('a token that %s is good for no more than a caller who is signed in', async (_, subject, claims) => {
  const [, body] = await ask(subject, claims)
  expect(body).toMatchObject({ errors: [{ path: ['book', 'rawScore'], extensions: { code: 'FORBIDDEN' } }] })
})

test.each<[string, string, Record<string, unknown>, string]>([
  ['nobody as its subject', '', {}, 'sub'],
  ['a number as its scope', 'auth0|1', { scope: 7 }, 'scope'],
])('a token with %s is refused, and told why', async (_, subject, claims, claim) => {
  expect(await ask(subject, claims)).toMatchObject([
    401,
    { errors: [{ message: expect.stringContaining(`"${claim}"`), extensions: { reason: 'TOKEN_INVALID' } }] },
  ])
})
