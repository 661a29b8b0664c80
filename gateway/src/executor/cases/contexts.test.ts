import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }
type Given = Readonly<Record<string, unknown>>

const byReference = { __resolveReference: ({ id }: ById) => ({ id }) }
/** What a field was asked: of whom, and for what. */
const told = ({ id }: ById, given: Given) => `${id} ${Object.values(given).join(' ')}`

/** Currency of each account; of others nobody knows it. */
const CURRENCIES: Readonly<Record<string, string | null>> = { a1: 'EUR', a2: 'USD', a3: 'EUR', a4: null }
const accountOf = (id: string) => ({
  id,
  entries: [{ id: 'e1' }, { id: 'e2' }],
  last: { id: 'e1' },
  box: { last: { id: 'e1' } },
})

const ACCOUNTS = {
  sdl: `
    type Query { account(id: ID!): Account accounts: [Account!]! many(count: Int!): [Account!]! matrix: [[Account!]!]! }
    type Mutation { open: Account }
    type Subscription { opened: Account }
    type Account @key(fields: "id") { id: ID! entries: [Entry!]! last: Entry box: Box }
    type Box { last: Entry }
    type Entry @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      account: (_: unknown, { id }: ById) => accountOf(id),
      accounts: () => ['a1', 'a2', 'a3', 'a4'].map(accountOf),
      many: (_: unknown, { count }: { readonly count: number }) =>
        Array.from({ length: count }, (_item, index) => accountOf(`m${index}`)),
      matrix: () => [['a1', 'a2'].map(accountOf), [], [accountOf('a3')]],
    },
    Mutation: { open: () => accountOf('a1') },
    Account: byReference,
  },
}

const CURRENCY = {
  sdl: 'type Account @key(fields: "id") { id: ID! currency(form: String): String }',
  resolvers: {
    Account: {
      ...byReference,
      currency({ id }: ById, { form = '' }: { readonly form?: string }) {
        const currency = id.startsWith('m') ? id : CURRENCIES[id]
        if (currency === undefined) throw new GraphQLError(`no currency of ${id}`)
        return currency && form + currency
      },
    },
  },
}

const BOOKS = {
  sdl: `
    type Account @key(fields: "id") @context(name: "account") { id: ID! currency(form: String): String @external }
    type Entry @key(fields: "id") {
      id: ID! plain: String next: Entry
      amount(currency: String @fromContext(field: "$account { currency }") digits: Int): String
      iso(digits: Int currency: String @fromContext(field: "$account { currency(form: \\"ISO\\") }")): String
    }
  `,
  resolvers: {
    Account: byReference,
    Entry: {
      ...byReference,
      plain: ({ id }: ById) => `plain ${id}`,
      next: ({ id }: ById) => ({ id: `${id}'` }),
      amount: (entry: ById, { currency, digits }: Given) => told(entry, { currency, digits }),
      iso(entry: ById, { currency }: Given) {
        if (currency === 'ISOUSD') throw new GraphQLError('no dollars')
        return told(entry, { currency })
      },
    },
  },
}

describe('an argument that is taken from what an entity is in', () => {
  const graph = caseGraph({ accounts: ACCOUNTS, currency: CURRENCY, books: BOOKS })
  const asked = () => graph.calls.map(({ subgraph }) => subgraph)

  testAnswers(graph, [
    [
      'has the value there',
      '{ account(id: "a1") { last { amount } } }',
      { data: { account: { last: { amount: 'e1 EUR ' } } } },
    ],
    [
      'goes with those that the client gives, under whatever names',
      'query ($digits: Int) { account(id: "a1") { x: last { amount(digits: 2) y: amount(digits: $digits) plain } } }',
      { data: { account: { x: { amount: 'e1 EUR 2', y: 'e1 EUR 3', plain: 'plain e1' } } } },
      { digits: 3 },
    ],
    [
      'differs between the items of a list, for entities that are the same',
      '{ accounts { last { amount } } }',
      {
        data: {
          accounts: [
            { last: { amount: 'e1 EUR ' } },
            { last: { amount: 'e1 USD ' } },
            { last: { amount: 'e1 EUR ' } },
            { last: { amount: 'e1  ' } },
          ],
        },
      },
    ],
    [
      'is found through lists of lists, and objects that are no entities',
      '{ matrix { box { last { amount } } entries { amount } } }',
      {
        data: {
          matrix: [
            ['EUR', 'USD'].map((currency) => ({
              box: { last: { amount: `e1 ${currency} ` } },
              entries: [{ amount: `e1 ${currency} ` }, { amount: `e2 ${currency} ` }],
            })),
            [],
            [{ box: { last: { amount: 'e1 EUR ' } }, entries: [{ amount: 'e1 EUR ' }, { amount: 'e2 EUR ' }] }],
          ],
        },
      },
    ],
    [
      'is found several levels up, where the same entity is in several contexts',
      '{ accounts { last { next { next { amount } } } } }',
      {
        data: {
          accounts: ['EUR', 'USD', 'EUR', ''].map((currency) => ({
            last: { next: { next: { amount: `e1'' ${currency} ` } } },
          })),
        },
      },
    ],
    [
      'does not mind what the client calls by the name of its field',
      '{ account(id: "a2") { currency: id form: currency(form: "x") last { amount iso: plain } } }',
      { data: { account: { currency: 'a2', form: 'xUSD', last: { amount: 'e1 USD ', iso: 'plain e1' } } } },
    ],
    [
      'does not mind which arguments the client gives to its field',
      '{ account(id: "a1") { currency(form: "x") last { amount iso } } }',
      { data: { account: { currency: 'xEUR', last: { amount: 'e1 EUR ', iso: 'e1 ISOEUR' } } } },
    ],
    [
      'is found from within fragments',
      'query ($yes: Boolean!) { account(id: "a1") { ...A } } fragment A on Account { last { ...E @include(if: $yes) plain @skip(if: $yes) } } fragment E on Entry { amount }',
      { data: { account: { last: { amount: 'e1 EUR ' } } } },
      { yes: true },
    ],
    [
      'costs its neighbours nothing where it is not selected',
      'query ($no: Boolean!) { account(id: "a1") { last { plain amount @include(if: $no) iso @include(if: false) } } }',
      { data: { account: { last: { plain: 'plain e1' } } } },
      { no: false },
    ],
    [
      'is null where its field is',
      '{ account(id: "a4") { currency last { amount } } }',
      { data: { account: { currency: null, last: { amount: 'e1  ' } } } },
    ],
    [
      'is null, and the error told, where its field failed',
      '{ account(id: "zz") { last { amount } } }',
      {
        data: { account: { last: { amount: 'e1  ' } } },
        errors: [{ message: 'no currency of zz', path: ['account', 'currency'] }],
      },
    ],
    [
      'has the errors of its field where clients see them',
      '{ accounts { last { iso } } }',
      {
        data: {
          accounts: [
            { last: { iso: 'e1 ISOEUR' } },
            { last: { iso: null } },
            { last: { iso: 'e1 ISOEUR' } },
            { last: { iso: 'e1 ' } },
          ],
        },
        errors: [{ message: 'no dollars', path: ['accounts', 1, 'last', 'iso'] }],
      },
    ],
    [
      'is known after a mutation',
      'mutation { open { last { amount } } }',
      { data: { open: { last: { amount: 'e1 EUR ' } } } },
    ],
  ])

  test('is known of an event', async () => {
    const opened = { __typename: 'Account', id: 'a2', last: { __typename: 'Entry', id: 'e1' } }
    expect(await graph.event('subscription { opened { last { amount } } }', { opened })).toEqual({
      data: { opened: { last: { amount: 'e1 USD ' } } },
    })
  })

  test('is none of the API’s', () => {
    expect(graph.invalid('{ account(id: "a1") { last { amount(currency: "CHF") } } }')).toEqual([
      'Unknown argument "currency" on field "Entry.amount".',
    ])
  })

  test('is not what the client sends under the name of its variable', async () => {
    const [name = ''] = await graph
      .ask('{ account(id: "a1") { last { amount } } }')
      .then(() => Object.keys(graph.calls.at(-1)?.variables ?? {}).filter((key) => key !== 'representations'))
    expect(name).toMatch(/^contextualArgument_/)
    const { data } = await graph.ask('{ accounts { last { amount } } }', { [name]: 'CHF', [`${name}_0`]: 'CHF' })
    expect(JSON.stringify(data)).not.toContain('CHF')
  })

  test('makes one request of all contexts, and asks about each entity once in each', async () => {
    await graph.ask('{ accounts { entries { amount } } }')
    expect(asked()).toEqual(['accounts', 'currency', 'books'])
    const { variables } = graph.calls.at(-1) ?? {}
    const lists = Object.entries(variables ?? {}).filter(([name]) => name.includes('representations'))
    expect(lists.map(([, list]) => (list as unknown[]).length)).toEqual([2, 2, 2, 0])
  })

  test('is asked for as if alone where all are in the same context', async () => {
    await graph.ask('{ account(id: "a1") { entries { amount } } }')
    expect(graph.calls.at(-1)).toMatchObject({
      query: expect.stringContaining('_entities(representations:$representations)'),
      variables: { representations: [{ id: 'e1' }, { id: 'e2' }] },
    })
  })

  test('makes more requests where there are very many contexts', async () => {
    const { data, errors } = await graph.ask('{ many(count: 70) { last { amount } } }')
    expect(errors).toBeUndefined()
    const { many } = data as { readonly many: readonly unknown[] }
    expect(many).toEqual(many.map((_, index) => ({ last: { amount: `e1 m${index} ` } })))
    expect(asked().filter((name) => name === 'books')).toHaveLength(3)
  })
})

describe('a subgraph that does not answer about all contexts at once', () => {
  const graph = caseGraph({
    accounts: ACCOUNTS,
    currency: CURRENCY,
    books: { ...BOOKS, refuses: (query) => query.includes('_1:_entities') && 'too much at once' },
  })

  test('is asked about each alone', async () => {
    expect(await graph.ask('{ matrix { last { amount } } }')).toEqual({
      data: {
        matrix: [
          [{ last: { amount: 'e1 EUR ' } }, { last: { amount: 'e1 USD ' } }],
          [],
          [{ last: { amount: 'e1 EUR ' } }],
        ],
      },
    })
  })
})

describe('an argument whose value nobody can tell', () => {
  const graph = caseGraph({ accounts: ACCOUNTS, currency: { ...CURRENCY, isDown: true }, books: BOOKS })

  test('is not taken for null: its entity is not asked about', async () => {
    expect(await graph.ask('{ accounts { id last { id amount } } }')).toEqual({
      data: { accounts: ['a1', 'a2', 'a3', 'a4'].map((id) => ({ id, last: { id: 'e1', amount: null } })) },
      errors: [
        {
          message: 'currency is down',
          path: ['accounts'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'currency' },
        },
      ],
    })
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['accounts', 'currency'])
  })
})

describe('a subgraph that fails where it takes arguments from contexts', () => {
  const graph = caseGraph({ accounts: ACCOUNTS, currency: CURRENCY, books: { ...BOOKS, isDown: true } })

  test('is told of once', async () => {
    const { errors } = await graph.ask('{ accounts { last { amount } } }')
    expect(errors).toHaveLength(1)
    expect(errors).toMatchObject([{ message: 'books is down', path: ['accounts'] }])
  })
})
