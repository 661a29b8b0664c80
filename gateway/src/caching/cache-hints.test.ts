import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { LIBRARY_SDL } from '../testing/library-sdl.ts'
import { cachingHeader } from '../testing/museum.ts'
import { readCacheHints } from './cache-hints.ts'

const composed = (typeDefs: Readonly<Record<string, string>>): string =>
  compose(Object.entries(typeDefs).map(([name, sdl]) => ({ name, url: `http://${name}.example/`, typeDefs: sdl })))

const one = (sdl: string, name?: string): string => composed({ one: `${cachingHeader('', name)} ${sdl}` })

test('hints of fields and types are read, whatever the directive is called', () => {
  const sdl = `
    type Query { shop: Shop @keep(maxAge: 7, staleIfError: 8) }
    type Shop @keep(maxAge: 9, scope: PRIVATE) { name: String @keep(inheritMaxAge: true) town: String }`
  const { hints } = loadSupergraph(one(sdl, '@keep'))
  expect([
    hints.field('Query', 'shop'),
    hints.type('Shop'),
    hints.field('Shop', 'name'),
    hints.field('Shop', 'town'),
  ]).toEqual([{ maxAge: 7, staleIfError: 8 }, { maxAge: 9, scope: 'PRIVATE' }, { inheritMaxAge: true }, undefined])
})

test('clients see neither the directive nor its scopes', () => {
  const { apiSchema } = loadSupergraph(one('type Query { a: Int @cacheControl(maxAge: 1, scope: PUBLIC) }'))
  expect(apiSchema.getDirective('cacheControl')).toBeUndefined()
  expect(Object.keys(apiSchema.getTypeMap()).filter((name) => /cache/i.test(name))).toEqual([])
})

test('a directive of that name with another meaning is no hint', () => {
  const sdl = composed({
    one: `
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
        @link(url: "https://example.com/cacheControl/v1.0", import: ["@cacheControl"])
        @composeDirective(name: "@cacheControl")
      directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
      type Query { a: Int @cacheControl(maxAge: 60) }`,
  })
  expect(readCacheHints(parse(sdl)).isEmpty).toBe(true)
  expect(readCacheHints(parse(LIBRARY_SDL)).isEmpty).toBe(true)
})

describe('a hint on a type', () => {
  const shop = (hint: string, field: string) => `type Shop @key(fields: "id") ${hint} { id: ID! ${field}: String }`

  test('that several subgraphs define does not count: it would be one subgraph’s word about another’s fields', () => {
    const header = cachingHeader('')
    const both = composed({
      one: `${header} type Query { shop: Shop } ${shop('@cacheControl(maxAge: 60)', 'name')}`,
      two: `${header} ${shop('', 'debts')}`,
    })
    expect(readCacheHints(parse(both)).type('Shop')).toBeUndefined()
  })

  test('that several subgraphs define counts where it says that they are somebody’s own', () => {
    const header = cachingHeader('')
    const hint = '@cacheControl(maxAge: 60, scope: PRIVATE)'
    const withHints = (ofOne: string, ofTwo: string) =>
      readCacheHints(
        parse(
          composed({
            one: `${header} type Query { shop: Shop } ${shop(ofOne, 'name')}`,
            two: `${header} ${shop(ofTwo, 'debts')}`,
          }),
        ),
      ).type('Shop')
    expect([withHints(hint, hint), withHints(hint, ''), withHints('', hint)]).toEqual(
      Array.from({ length: 3 }, () => ({ scope: 'PRIVATE' })),
    )
  })

  test('with several keys in one subgraph counts', () => {
    const sdl = `type Query { shop: Shop } ${shop('@key(fields: "name") @cacheControl(maxAge: 60)', 'name')}`
    expect(readCacheHints(parse(one(sdl))).type('Shop')).toEqual({ maxAge: 60 })
  })
})

test('a lifetime below 0 is refused with its place', () => {
  const sdl = one('type Query { a: Int @cacheControl(maxAge: -1) }')
  expect(() => loadSupergraph(sdl)).toThrow(/@cacheControl on Query\.a: [\s\S]*maxAge/)
})
