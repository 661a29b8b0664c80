import type { GraphQLResolverMap } from '@apollo/subgraph'
import { beforeEach, describe, expect, test } from 'vitest'
import { ANONYMOUS } from '../auth/actor.ts'
import {
  ask,
  type Context,
  guarded,
  guest,
  librarian,
  MINE,
  ran,
  reader,
  resolving,
  THEIRS,
} from './guarded-schema.fixture.ts'

beforeEach(() => {
  ran.length = 0
})

describe('a directive on an object type', () => {
  const SDL = `
    type Query { book: Book books: [[Book]!] item: Item items: [Item] thing: Thing }
    interface Item { id: ID! }
    type Book implements Item @key(fields: "id") @requiresScopes(scopes: [["book:read"]]) @policy(policies: [["owner"], ["operator"]]) {
      id: ID!
    }
    type Pen implements Item { id: ID! }
    union Thing = Book | Pen
  `
  const schema = (extra: GraphQLResolverMap<Context> = {}) =>
    guarded(SDL, {
      Query: {
        book: resolving('book', THEIRS),
        books: resolving('books', [[MINE, null, THEIRS]]),
        item: resolving('item', Promise.resolve(THEIRS)),
        items: resolving('items', [{ __typename: 'Pen', id: 'pen' }, MINE, THEIRS]),
        thing: resolving('thing', MINE),
      },
      ...extra,
    })

  test('refuses what needs no object before the resolver of a field that returns the type', async () => {
    expect(await ask(schema(), guest, '{ book { id } books { id } }')).toEqual({
      data: { book: null, books: null },
      errors: ['book: FORBIDDEN', 'books: FORBIDDEN'],
    })
    expect(ran).toEqual([])
  })

  test('asks the policy about each object of a list, and the others survive', async () => {
    expect(await ask(schema(), reader, '{ books { id } }')).toEqual({
      data: { books: [[{ id: 'mine' }, null, null]] },
      errors: ['books.0.2: FORBIDDEN'],
    })
    expect(ran).toEqual(['books', 'owner of Book', 'owner of Book'])
  })

  test('holds behind interfaces and unions, for members of the type only', async () => {
    expect(await ask(schema(), reader, '{ item { id } items { id } thing { ... on Book { id } } }')).toEqual({
      data: { item: null, items: [{ id: 'pen' }, { id: 'mine' }, null], thing: { id: 'mine' } },
      errors: expect.arrayContaining(['item: FORBIDDEN', 'items.2: FORBIDDEN']),
    })
    expect(await ask(schema(), ANONYMOUS, '{ items { id } }')).toMatchObject({
      data: { items: [{ id: 'pen' }, null, null] },
      errors: ['items.1: UNAUTHENTICATED', 'items.2: UNAUTHENTICATED'],
    })
  })

  test('a missing object is null, not a refusal', async () => {
    const empty = schema({ Query: { book: () => null } })
    expect(await ask(empty, reader, '{ book { id } }')).toEqual({ data: { book: null }, errors: [] })
  })

  test('an interface that asks isTypeOf still finds the type of each object', async () => {
    const byShape = (id: string) => (object: object) => 'id' in object && object.id === id
    const shaped = guarded(SDL, {
      Query: { items: () => [{ id: 'pen' }, { id: 'mine', owner: 'usr_reader' }] },
      Book: { __isTypeOf: byShape('mine') },
      Pen: { __isTypeOf: byShape('pen') },
    })
    expect(await ask(shaped, reader, '{ items { __typename } }')).toEqual({
      data: { items: [{ __typename: 'Pen' }, { __typename: 'Book' }] },
      errors: [],
    })
  })

  const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Book { id } } }'
  const of = [
    { __typename: 'Book', id: 'mine' },
    { __typename: 'Book', id: 'theirs' },
  ]

  test('refuses references before they are loaded, and loaded ones by the policy', async () => {
    const entities = schema({
      Book: {
        __resolveReference: ({ id }: { id: string }) => {
          ran.push(`load ${id}`)
          return id === 'mine' ? { ...MINE } : { ...THEIRS }
        },
      },
    })
    expect(await ask(entities, guest, ENTITIES, { of })).toEqual({
      data: { _entities: [null, null] },
      errors: ['_entities.0: FORBIDDEN', '_entities.1: FORBIDDEN'],
    })
    expect(ran).toEqual([])
    expect(await ask(entities, reader, ENTITIES, { of })).toEqual({
      data: { _entities: [{ id: 'mine' }, null] },
      errors: ['_entities.1: FORBIDDEN'],
    })
    expect(await ask(entities, librarian, ENTITIES, { of })).toMatchObject({ errors: [] })
  })

  test('refuses references of a type that has no __resolveReference', async () => {
    expect(await ask(schema(), ANONYMOUS, ENTITIES, { of })).toEqual({
      data: { _entities: [null, null] },
      errors: ['_entities.0: UNAUTHENTICATED', '_entities.1: UNAUTHENTICATED'],
    })
  })

  test('of the root, holds for each of its fields, but not for the fields of federation', async () => {
    const root = guarded('type Query @authenticated { a: Int b: Book } type Book @key(fields: "id") { id: ID! }', {
      Query: { a: () => 1 },
    })
    const query = `query ($of: [_Any!]!) { a _service { sdl } _entities(representations: $of) { ... on Book { id } } }`
    expect(await ask(root, ANONYMOUS, query, { of: [{ __typename: 'Book', id: 'x' }] })).toMatchObject({
      data: { a: null, _service: { sdl: expect.stringContaining('type Book') }, _entities: [{ id: 'x' }] },
      errors: ['a: UNAUTHENTICATED'],
    })
    expect(await ask(root, guest, '{ a }')).toEqual({ data: { a: 1 }, errors: [] })
  })

  test('may stand on an extension of the type', async () => {
    const extended = guarded('type Query { b: Book } type Book { id: ID } extend type Book @authenticated', {
      Query: { b: () => ({ id: '1' }) },
    })
    expect(await ask(extended, ANONYMOUS, '{ b { id } }')).toMatchObject({ errors: ['b: UNAUTHENTICATED'] })
  })
})
