import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import type { ToySubgraphDefinition } from '../testing/library-graph.ts'
import { cachingHeader } from '../testing/museum.ts'
import type { ToyContext } from '../testing/subgraph-server.ts'

const KEPT = '@cacheControl(maxAge: 60, staleIfError: 600)'
const KEPT_PRIVATE = '@cacheControl(maxAge: 60, staleIfError: 600, scope: PRIVATE)'

const owner = (_: unknown, _args: unknown, { headers }: ToyContext) => String(headers.authorization)
const one = (__typename: string) => () => ({ __typename, id: '1' })

/** Interfaces of which fields, or all that implements them, are somebody's own; `owner` is whose. */
const bank: ToySubgraphDefinition = {
  typeDefs: `
    ${cachingHeader('"@shareable"')}
    type Query {
      account: Account ${KEPT}
      checking: Checking ${KEPT}
      savings: Savings ${KEPT}
      deposit: Deposit ${KEPT}
      term: Term ${KEPT}
      product: Product ${KEPT}
      loan: Loan ${KEPT}
      user: User ${KEPT}
      member: Member ${KEPT}
      published: Published ${KEPT}
    }
    interface Account { owner: String ${KEPT_PRIVATE} }
    type Checking implements Account { owner: String ${KEPT} }
    type Savings implements Account { owner: String }
    interface Deposit implements Account { owner: String ${KEPT} }
    type Term implements Account & Deposit { owner: String ${KEPT} }
    type Published implements Account { owner: String @cacheControl(maxAge: 60, staleIfError: 600, scope: PUBLIC) }
    union Product = Checking | Published
    type Loan implements Account @key(fields: "id") { id: ID! owner: String ${KEPT} }
    interface Party ${KEPT_PRIVATE} { owner: String }
    interface Member implements Party { owner: String }
    type User implements Party & Member { owner: String }
  `,
  resolvers: {
    Query: {
      account: one('Checking'),
      checking: one('Checking'),
      savings: one('Savings'),
      deposit: one('Term'),
      term: one('Term'),
      product: one('Checking'),
      loan: one('Loan'),
      user: one('User'),
      member: one('User'),
      published: one('Published'),
    },
    ...Object.fromEntries(['Checking', 'Savings', 'Term', 'Published', 'User'].map((name) => [name, { owner }])),
    Loan: { owner, __resolveReference: ({ id }: { id: string }) => ({ id }) },
  },
}

/** Adds to an entity a field that only the interface, and only here, says PRIVATE of. */
const lenders: ToySubgraphDefinition = {
  typeDefs: `
    ${cachingHeader('"@shareable"')}
    type Query { lenders: Int }
    interface Debt { lender: String ${KEPT_PRIVATE} }
    type Loan implements Debt @key(fields: "id") { id: ID! lender: String ${KEPT} }
  `,
  resolvers: { Loan: { __resolveReference: ({ id }: { id: string }) => ({ id }), lender: owner } },
}

let clock: FixedClock
let library: Library
beforeEach(async () => {
  clock = fixedClock(new Date())
  library = await startLibrary({ definitions: { bank, lenders }, clock })
})
afterEach(() => library.close())

async function asks(query: string, bearer: string | undefined) {
  const { headers, body } = await library.post({ query, headers: { ...(bearer && { authorization: bearer }) } })
  return { header: headers.get('cache-control'), text: JSON.stringify(body), mine: bearer ?? 'undefined' }
}

test.each([
  ['the interface’s field', '{ account { owner } }'],
  ['a fragment on the implementer', '{ account { ... on Checking { owner } } }'],
  ['a fragment on the interface, in its implementer', '{ checking { ... on Account { owner } } }'],
  ['the implementer, whose field has a hint without a scope', '{ checking { owner } }'],
  ['an implementer whose field has no hint', '{ savings { owner } }'],
  ['an interface that implements it', '{ deposit { owner } }'],
  ['what implements it by way of another', '{ term { owner } }'],
  ['a member of a union', '{ product { ... on Checking { owner } } }'],
  ['the interface, in a union', '{ product { ... on Account { owner } } }'],
  ['an entity', '{ loan { owner } }'],
  ['an entity of another subgraph', '{ loan { lender } }'],
  ['an implementer of an interface that is PRIVATE as a whole', '{ user { owner } }'],
  ['an interface that implements one that is PRIVATE as a whole', '{ member { owner } }'],
])('what an interface says PRIVATE of is kept for nobody else, read through %s', async (_, query) => {
  const alice = await library.issuer.bearer({ subject: newId('usr') })
  const bob = await library.issuer.bearer({ subject: newId('usr') })
  for (const caller of [alice, bob, undefined]) {
    const { text, mine, header } = await asks(query, caller)
    expect(text).toContain(mine)
    expect(header).toBe('private, max-age=60')
  }
  const stranger = await library.issuer.bearer({ subject: newId('usr') })
  for (const subgraph of library.subgraphs.values()) await subgraph.close()
  clock.advance(61_000)
  const before = await asks(query, alice)
  expect(before.text).toContain('"stale"')
  expect(before.text).toContain(alice)
  expect((await asks(query, stranger)).text).toContain('SUBGRAPH_UNAVAILABLE')
  expect((await asks(query, stranger)).text).not.toContain('Bearer')
})

test('an implementer that says PUBLIC itself is believed', async () => {
  const alice = await library.issuer.bearer({ subject: newId('usr') })
  expect((await asks('{ published { owner } }', alice)).header).toBe('public, max-age=60')
})
