import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Supergraph } from '@apollo/federation-internals'
import { isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { compose } from '../testing/library-graph.ts'
import { LIBRARY_SDL } from '../testing/library-sdl.ts'
import { loadSupergraph, loadSupergraphFile } from './load.ts'

const FEDERATION = 'https://specs.apollo.dev/federation/v2.9'

describe('a supergraph with authorisation directives', () => {
  test('is refused by Apollo’s loader as it is, and accepted as it is loaded here', () => {
    expect(() => Supergraph.build(LIBRARY_SDL)).toThrow(/for: SECURITY but is unsupported/)
    expect(() => Supergraph.build(loadSupergraph(LIBRARY_SDL).sdl)).not.toThrow()
  })

  test('keeps no trace of them, whatever they are called, and all other features', () => {
    const { sdl } = loadSupergraph(LIBRARY_SDL)
    expect(LIBRARY_SDL).toContain('@needs(scopes:')
    expect(sdl).not.toMatch(/authenticated|requiresScopes|@needs|policy/i)
    expect(sdl).toContain('https://specs.apollo.dev/inaccessible/v0.2')
    expect(sdl).toContain('@join__field')
  })

  test('keeps a directive that only shares a name with one of them', () => {
    const sdl = compose([
      {
        name: 'only',
        url: 'http://only.example',
        typeDefs: `
          extend schema
            @link(url: "${FEDERATION}", import: ["@composeDirective", { name: "@authenticated", as: "@signedIn" }])
            @link(url: "https://example.com/doors/v1.0", import: ["@authenticated"])
            @composeDirective(name: "@authenticated")
          directive @authenticated(by: String) on FIELD_DEFINITION
          type Query { a: Int @authenticated(by: "key") b: Int @signedIn }`,
      },
    ])
    const loaded = loadSupergraph(sdl)
    expect(loaded.sdl).toContain('@authenticated(by: "key")')
    expect(loaded.sdl).not.toContain('@signedIn')
    expect(loaded.authorization.field('Query', 'a')).toBeUndefined()
    expect(loaded.authorization.field('Query', 'b')).toEqual({})
  })
})

describe('a supergraph with contextual arguments', () => {
  const sdl = compose([
    {
      name: 'only',
      url: 'http://only.example',
      typeDefs: `
        extend schema @link(url: "${FEDERATION}", import: ["@key", { name: "@context", as: "@sets" }, "@fromContext"])
        type Query { shelf: Shelf }
        type Shelf @key(fields: "id") @sets(name: "shelf") { id: ID! place(form: Int): String! book: Book }
        type Book @key(fields: "id") {
          id: ID! label(place: String @fromContext(field: "$shelf { place(form: 1) }") long: Boolean): String
        }`,
    },
  ])
  const { apiSchema, plannable } = loadSupergraph(sdl)

  test('shows clients none of them', () => {
    const type = apiSchema.getType('Book')
    expect(isObjectType(type) && type.getFields().label?.args.map(({ name }) => name)).toEqual(['long'])
  })

  test('has a stand-in for what they select with arguments, under whatever name the directive goes', () => {
    expect([...plannable.standIns.values()].map(({ field }) => field)).toEqual(['place'])
    expect([...plannable.ownNames]).toContain([...plannable.standIns.keys()][0])
  })
})

test('a supergraph with what this gateway does not do is refused as a whole, not answered wrongly', () => {
  const link = '@link(url: "https://specs.apollo.dev/link/v1.0")'
  const sdl = compose([{ name: 'only', url: 'http://only.example', typeDefs: 'type Query { a: Int }' }])
  const connected = sdl.replace(link, `${link} @link(url: "https://specs.apollo.dev/connect/v0.2", for: EXECUTION)`)
  expect(() => loadSupergraph(connected)).toThrow('connect/v0.2 is for: EXECUTION but is unsupported')
})

test('an inaccessible field is in the supergraph and not in the schema that clients see', () => {
  const { supergraphSchema, apiSchema } = loadSupergraph(LIBRARY_SDL)
  expect(supergraphSchema.getQueryType()?.getFields()).toHaveProperty('staffOnly')
  expect(apiSchema.getQueryType()?.getFields()).not.toHaveProperty('staffOnly')
})

test('the subgraphs and their URLs are those of the supergraph', () => {
  expect(Object.fromEntries(loadSupergraph(LIBRARY_SDL).subgraphUrls)).toEqual({
    authors: 'http://authors.example/graphql',
    books: 'http://books.example/graphql',
    reviews: 'http://reviews.example/graphql',
  })
})

test('a schema that is no supergraph is refused, and a file by its name', async () => {
  expect(() => loadSupergraph('type Query { a: Int }')).toThrow('not a composed supergraph')
  const directory = await mkdtemp(join(tmpdir(), 'supergraph-'))
  const file = join(directory, 'supergraph.graphql')
  await writeFile(file, 'type Query {')
  await expect(loadSupergraphFile(file)).rejects.toThrow(`cannot serve the supergraph in ${file}`)
  await rm(directory, { recursive: true })
  await expect(loadSupergraphFile(file)).rejects.toThrow(file)
})
