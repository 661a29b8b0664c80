import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type ExecutionResult, execute, type GraphQLSchema, parse, subscribe } from 'graphql'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Actor, ANONYMOUS } from '../auth/actor.ts'
import { StartupFault } from '../startup-fault.ts'
import type { Policies } from './check.ts'
import { enforceAuthorization } from './enforce.ts'

type Context = { actor: Actor }

const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.join(', ')}])`
const LINK = link('"@key"', '"@authenticated"', '"@requiresScopes"', '"@policy"')

const reader: Actor = {
  kind: 'user',
  subject: 'usr_reader',
  tenant: 'demo',
  roles: ['customer'],
  scopes: new Set(['book:read', 'shop:read']),
}
const librarian: Actor = { ...reader, subject: 'usr_librarian', roles: ['operator'] }
const guest: Actor = { ...reader, subject: 'usr_guest', scopes: new Set() }

/** What ran: resolvers and policies write here. */
let ran: string[] = []
beforeEach(() => {
  ran = []
})

const policies: Policies<Context> = {
  owner: (actor, object, _context, { typeName, fieldName }) => {
    ran.push(`owner of ${typeName}${fieldName === undefined ? '' : ` for ${fieldName}`}`)
    return typeof object === 'object' && object !== null && 'owner' in object && object.owner === actor.subject
  },
  operator: async (actor) => actor.roles.includes('operator'),
  open: () => true,
  broken: () => {
    throw new Error('the database is gone')
  },
}

const MINE = { __typename: 'Book', id: 'mine', owner: 'usr_reader', isbn: '1' }
const THEIRS = { __typename: 'Book', id: 'theirs', owner: 'usr_other', isbn: '2' }

function guarded(sdl: string, resolvers: GraphQLResolverMap<Context> = {}, header = LINK): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: parse(`${header}\n${sdl}`), resolvers }])
  return enforceAuthorization<Context>(schema, policies)
}

/** Data with null where something was refused, and "path: CODE" for each error. */
function summary({ data, errors = [] }: ExecutionResult) {
  return {
    data: JSON.parse(JSON.stringify(data ?? null)),
    errors: errors.map(({ path, extensions, message }) => `${path?.join('.')}: ${extensions.code ?? message}`),
  }
}

const ask = async (schema: GraphQLSchema, actor: Actor, query: string, variables = {}) =>
  summary(
    await execute({
      schema,
      document: parse(query),
      contextValue: { actor },
      variableValues: variables,
    }),
  )

const resolving =
  <T>(name: string, value: T) =>
  (): T => {
    ran.push(name)
    return value
  }

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

describe('directive names', () => {
  const SDL = (name: string) => `type Query { a: Int @${name} }`
  const KEY = link('"@key"')

  test.each([
    ['renamed by the import', 'auth', link('{ name: "@authenticated", as: "@auth" }')],
    ['imported as an object without a new name', 'authenticated', link('{ name: "@authenticated" }')],
    ['not imported and namespaced', 'federation__authenticated', KEY],
    [
      'on a schema definition instead of an extension',
      'authenticated',
      `${LINK.replace('extend ', '')} { query: Query }`,
    ],
  ])('are followed when %s', async (_case, name, header) => {
    const schema = guarded(SDL(name), { Query: { a: () => 1 } }, header)
    expect(await ask(schema, ANONYMOUS, '{ a }')).toEqual({ data: { a: null }, errors: ['a: UNAUTHENTICATED'] })
  })

  test('that two directives took from one another are refused rather than mixed up', async () => {
    const header = link('{ name: "@requiresScopes", as: "@policy" }', '{ name: "@policy", as: "@requiresScopes" }')
    expect(() => guarded('type Query { a: Int @policy(scopes: [["x"]]) }', {}, header)).toThrow(StartupFault)
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
