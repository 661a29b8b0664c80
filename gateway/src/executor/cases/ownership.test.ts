import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

type ById = { readonly id: string }

describe('@provides', () => {
  const graph = caseGraph({
    shop: {
      sdl: `
        type Query { carts: [Cart!]! plain: Product hits: [Hit] @provides(fields: "... on Product { name } ... on Person { nick }") }
        type Cart { product: Product @provides(fields: "name box { size { width } }") owner: Person }
        union Hit = Product | Person
        type Product @key(fields: "id") { id: ID! name: String @external box: Box @external }
        type Box @external { size: Size }
        type Size @external { width: Int }
        type Person @key(fields: "id") { id: ID! nick: String @external }
      `,
      resolvers: {
        Query: {
          carts: () => [{ product: LAMP, owner: { id: 'p' } }],
          plain: () => LAMP,
          hits: () => [
            { __typename: 'Product', ...LAMP },
            { __typename: 'Person', id: 'p', nick: 'Ann of the shop' },
          ],
        },
      },
    },
    catalog: {
      sdl: `
        type Product @key(fields: "id") { id: ID! name: String @shareable box: Box @shareable price: Int }
        type Box @shareable { size: Size weight: Int }
        type Size @shareable { width: Int height: Int }
        type Person @key(fields: "id") { id: ID! nick: String @shareable }
      `,
      resolvers: {
        Product: {
          __resolveReference: ({ id }: ById) => ({
            id,
            name: 'of the catalog',
            price: 9,
            box: { weight: 2, size: { width: 1, height: 4 } },
          }),
        },
        Person: { nick: () => 'Ann' },
      },
    },
  })
  const subgraphsAsked = async (query: string) => {
    const answer = await graph.ask(query)
    return { ...answer, asked: graph.calls.map(({ subgraph }) => subgraph) }
  }

  test.each([
    [
      'answers fields of an entity without its subgraph being asked',
      '{ carts { product { name box { size { width } } } } }',
      { carts: [{ product: { name: 'of the shop', box: { size: { width: 3 } } } }] },
      ['shop'],
    ],
    [
      'holds for what is provided and nothing beside it',
      '{ carts { product { name price box { size { height } } } owner { nick } } }',
      { carts: [{ product: { name: 'of the shop', price: 9, box: { size: { height: 4 } } }, owner: { nick: 'Ann' } }] },
      ['shop', 'catalog'],
    ],
    ['holds for that path alone', '{ plain { name } }', { plain: { name: 'of the catalog' } }, ['shop', 'catalog']],
    [
      'holds for each member of a union',
      '{ hits { ... on Product { name } ... on Person { nick } } }',
      { hits: [{ name: 'of the shop' }, { nick: 'Ann of the shop' }] },
      ['shop'],
    ],
  ])('%s', async (_, query, data, asked) => {
    expect(await subgraphsAsked(query)).toEqual({ data, asked })
  })
})

const LAMP = { id: '1', name: 'of the shop', box: { size: { width: 3 } } }

describe('@override', () => {
  const graph = caseGraph({
    old: {
      sdl: `
        type Query { item: Item moved: String }
        type Item @key(fields: "id") { id: ID! name: String price: Int total: Int @requires(fields: "tax") tax: Int @external }
      `,
      resolvers: {
        Query: { item: () => ({ id: '1', name: 'old name', price: 1 }), moved: () => 'old' },
        Item: {
          __resolveReference: ({ id, tax }: ById & { tax: number }) => ({ id, name: 'old name', price: 1, tax }),
          total: ({ price, tax }: { price: number; tax: number }) => price + tax,
        },
      },
    },
    new: {
      sdl: `
        type Query { moved: String @override(from: "old") }
        type Item @key(fields: "id") { id: ID! name: String @override(from: "old") tax: Int @requires(fields: "price") price: Int @external gone: Int @override(from: "never there") }
      `,
      resolvers: {
        Query: { moved: () => 'new' },
        Item: { name: () => 'new name', tax: ({ price }: { price: number }) => price * 10, gone: () => 0 },
      },
    },
  })

  testAnswers(graph, [
    [
      'takes a field over, at the root and of an entity',
      '{ moved item { name price gone } }',
      { data: { moved: 'new', item: { name: 'new name', price: 1, gone: 0 } } },
    ],
    ['leaves requirements to and fro as they are', '{ item { total } }', { data: { item: { total: 11 } } }],
  ])

  test('that is to take effect step by step leaves the field where it was', async () => {
    const progressive = caseGraph({
      old: { sdl: 'type Query { a: String @shareable }', resolvers: { Query: { a: () => 'old' } } },
      new: {
        sdl: 'type Query { a: String @override(from: "old", label: "percent(50)") b: Int }',
        resolvers: { Query: { a: () => 'new' } },
      },
    })
    expect(await progressive.ask('{ a }')).toEqual({ data: { a: 'old' } })
  })
})

describe('@shareable', () => {
  const graph = caseGraph({
    a: {
      sdl: `
        type Query { site: Site @shareable }
        type Site @shareable { name: String owner: Owner }
        type Owner @shareable { name: String }
      `,
      resolvers: { Query: { site: () => ({ name: 'site', owner: { name: 'Ann' } }) } },
    },
    b: {
      sdl: `
        type Query { site: Site @shareable }
        type Site @shareable { name: String owner: Owner pages: [Page] }
        type Owner @shareable { name: String }
        type Page { title: String author: Author }
        type Author @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: {
          site: () => ({ name: 'site', owner: { name: 'Ann' }, pages: [{ title: 'Home', author: { id: '1' } }] }),
        },
      },
    },
    c: {
      sdl: `
        type Query { site: Site @shareable }
        type Site @shareable { owner: Owner }
        type Owner @shareable { name: String }
        type Author @key(fields: "id") { id: ID! name: String }
        extend type Owner { age: Int }
      `,
      resolvers: {
        Query: { site: () => ({ owner: { name: 'Ann', age: 40 } }) },
        Author: { name: ({ id }: ById) => `author ${id}` },
      },
    },
  })

  testAnswers(graph, [
    [
      'joins what each subgraph knows of the same object, without a key',
      '{ site { name owner { name age } pages { title author { name } } } }',
      {
        data: {
          site: {
            name: 'site',
            owner: { name: 'Ann', age: 40 },
            pages: [{ title: 'Home', author: { name: 'author 1' } }],
          },
        },
      },
    ],
  ])

  test('asks one subgraph where one knows everything', async () => {
    await graph.ask('{ site { name owner { name } pages { title } } }')
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['b'])
  })
})
