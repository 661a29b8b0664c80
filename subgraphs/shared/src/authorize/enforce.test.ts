// Access directives on fields, scalars and subscriptions, and schemas that are not started with.

import { parse, subscribe } from 'graphql'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Actor, ANONYMOUS } from '../auth/actor.ts'
import { StartupFault } from '../startup-fault.ts'
import {
  ask,
  guarded,
  guest,
  LINK,
  librarian,
  link,
  MINE,
  ran,
  reader,
  resolving,
  summary,
  THEIRS,
} from './guarded-schema.fixture.ts'

beforeEach(() => {
  ran.length = 0
})

describe('a directive on a field', () => {
  const schema = () =>
    guarded(
      `type Query {
        plain: Int
        mine: Int @authenticated
        scoped: Int @requiresScopes(scopes: [["book:read", "shop:read"], ["root"]])
        ruled: Int @policy(policies: [["open", "operator"], ["owner"]])
        both: Int @requiresScopes(scopes: [["book:read"]]) @policy(policies: [["operator"]])
        broken: Int @policy(policies: [["broken"]])
      }`,
      Object.fromEntries([
        [
          'Query',
          Object.fromEntries(
            ['plain', 'mine', 'scoped', 'ruled', 'both', 'broken'].map((name) => [name, resolving(name, 1)]),
          ),
        ],
      ]),
    )

  test.each([
    ['mine', ANONYMOUS, 'UNAUTHENTICATED'],
    ['scoped', ANONYMOUS, 'UNAUTHENTICATED'],
    ['ruled', ANONYMOUS, 'UNAUTHENTICATED'],
    ['scoped', guest, 'FORBIDDEN'],
    ['scoped', { ...guest, scopes: new Set(['book:read']) }, 'FORBIDDEN'],
    ['ruled', guest, 'FORBIDDEN'],
    ['both', reader, 'FORBIDDEN'],
    ['both', { ...librarian, scopes: new Set<string>() }, 'FORBIDDEN'],
    ['broken', librarian, 'the database is gone'],
  ])('refuses %s before its resolver runs', async (field, actor, code) => {
    expect(await ask(schema(), actor, `{ plain ${field} }`)).toEqual({
      data: { plain: 1, [field]: null },
      errors: [`${field}: ${code}`],
    })
    expect(ran).not.toContain(field)
  })

  test.each([
    ['plain', ANONYMOUS],
    ['mine', guest],
    ['scoped', reader],
    ['scoped', { ...guest, scopes: new Set(['root']) }],
    ['ruled', librarian],
    ['both', librarian],
  ])('lets %s through', async (field, actor) => {
    expect(await ask(schema(), actor, `{ ${field} }`)).toEqual({ data: { [field]: 1 }, errors: [] })
    expect(ran).toContain(field)
  })

  test('an alias, a fragment and __typename around it change nothing', async () => {
    const query = '{ other: mine ...F } fragment F on Query { ... on Query { again: mine __typename } }'
    expect(await ask(schema(), ANONYMOUS, query)).toEqual({
      data: { other: null, again: null, __typename: 'Query' },
      errors: ['other: UNAUTHENTICATED', 'again: UNAUTHENTICATED'],
    })
  })

  test('a policy sees the parent object of the field', async () => {
    const books = guarded(
      'type Query { books: [Book!]! } type Book { id: ID! isbn: String @policy(policies: [["owner"]]) }',
      { Query: { books: () => [MINE, THEIRS] } },
    )
    expect(await ask(books, reader, '{ books { id isbn } }')).toEqual({
      data: {
        books: [
          { id: 'mine', isbn: '1' },
          { id: 'theirs', isbn: null },
        ],
      },
      errors: ['books.1.isbn: FORBIDDEN'],
    })
    expect(ran).toEqual(['owner of Book for isbn', 'owner of Book for isbn'])
  })

  test('stands before a mutation, which then changes nothing', async () => {
    const schema = guarded('type Query { a: Int } type Mutation { pay: Int @requiresScopes(scopes: [["root"]]) }', {
      Mutation: { pay: resolving('pay', 1) },
    })
    expect(await ask(schema, reader, 'mutation { pay }')).toEqual({ data: { pay: null }, errors: ['pay: FORBIDDEN'] })
    expect(ran).toEqual([])
  })
})

test('a directive on a scalar or an enum holds for every field that returns it', async () => {
  const schema = guarded(
    `scalar Iban @authenticated
     enum Grade @requiresScopes(scopes: [["root"]]) { A B }
     type Query { iban: Iban! grades: [Grade] plain: Int }`,
    { Query: { iban: resolving('iban', 'DE1'), grades: resolving('grades', ['A']), plain: () => 1 } },
  )
  expect(await ask(schema, reader, '{ iban plain grades }')).toEqual({
    data: { iban: 'DE1', plain: 1, grades: null },
    errors: ['grades: FORBIDDEN'],
  })
  expect(await ask(schema, ANONYMOUS, '{ plain iban }')).toEqual({ data: null, errors: ['iban: UNAUTHENTICATED'] })
})

describe('a subscription', () => {
  async function* events() {
    ran.push('subscribe')
    for (const event of [MINE, THEIRS, MINE]) yield { sold: event }
  }
  const SDL = `
    type Query { a: Int }
    type Subscription { sold: Book @requiresScopes(scopes: [["shop:read"]]) }
    type Book @policy(policies: [["owner"]]) { id: ID! }
  `
  const schema = () => guarded(SDL, { Subscription: { sold: { subscribe: events } } })
  const open = (actor: Actor) =>
    subscribe({ schema: schema(), document: parse('subscription { sold { id } }'), contextValue: { actor } })

  test.each([
    [ANONYMOUS, 'sold: UNAUTHENTICATED'],
    [guest, 'sold: FORBIDDEN'],
  ])('is refused when subscribing, before its source is opened', async (actor, error) => {
    const result = await open(actor)
    expect(Symbol.asyncIterator in result ? 'a stream' : summary(result).errors).toEqual([error])
    expect(ran).toEqual([])
  })

  test('asks the policy about each event', async () => {
    const stream = await open(reader)
    if (!(Symbol.asyncIterator in stream)) throw new Error('refused')
    const next = async () => summary((await stream.next()).value ?? {})
    expect(await next()).toEqual({ data: { sold: { id: 'mine' } }, errors: [] })
    expect(await next()).toEqual({ data: { sold: null }, errors: ['sold: FORBIDDEN'] })
    expect(await next()).toEqual({ data: { sold: { id: 'mine' } }, errors: [] })
  })
})

describe('refuses at startup, in a sentence:', () => {
  test.each([
    [
      'a policy without a function',
      'type Query { a: Int @policy(policies: [["open", "nobody"], ["toString"]]) }',
      LINK,
      'The schema names policies without a function: "nobody" (on Query.a), "toString" (on Query.a). Give them to the server as "policies".',
    ],
    [
      'a directive on an interface',
      'type Query { a: I } interface I @authenticated { id: ID }',
      LINK,
      'I: access directives on interfaces are not enforced; put them on the types.',
    ],
    [
      'a directive on a field of an interface',
      'type Query { a: I } interface I { id: ID @authenticated }',
      LINK,
      'I.id: access directives on interfaces are not enforced; put them on the types.',
    ],
    [
      'an empty list, which would let everybody in',
      'type Query { a: Int @requiresScopes(scopes: [["x"], []]) }',
      LINK,
      '@requiresScopes on Query.a has an empty list: name at least one in each.',
    ],
    [
      "a directive of the schema's own under federation's name",
      'directive @authenticated on FIELD_DEFINITION type Query { a: Int @authenticated }',
      link('"@key"'),
      "The schema has a directive @authenticated that is not federation's: nothing would enforce it.",
    ],
    [
      'a renamed namespace',
      'type Query { a: Int }',
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed")',
      'The @link to federation has "as", which the subgraph library does not follow: leave it out.',
    ],
  ])('%s', (_case, sdl, header, message) => {
    expect(() => guarded(sdl, {}, header)).toThrow(new StartupFault(message))
  })
})
