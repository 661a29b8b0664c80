import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { createMuseum, type Museum, museumSubgraphs } from '../testing/museum.ts'

let clock: FixedClock
let museum: Museum
let library: Library
let staff: string
beforeEach(async () => {
  clock = fixedClock(new Date())
  museum = createMuseum()
  library = await startLibrary({ definitions: museumSubgraphs(museum), clock })
  staff = await library.issuer.bearer({ scope: 'museum:staff' })
})
afterEach(() => library.close())

const post = (
  query: string,
  headers: Record<string, string> = {},
  variables: Record<string, unknown> = {},
  operationName?: string,
) => library.post({ query, variables, headers, ...(operationName !== undefined && { operationName }) })

/** How often the subgraphs were called so far. */
const calls = () => [...library.subgraphs.values()].reduce((sum, subgraph) => sum + subgraph.calls.length, 0)

test.each([
  ['a field with a hint, and leaves below it', '{ exhibit(id: "e1") { id title } }', 'public, max-age=60'],
  ['the shortest of several', '{ exhibit(id: "e1") { title } exhibits { title } }', 'public, max-age=30'],
  ['the hint of the type that is answered', '{ wing { name } }', 'public, max-age=20'],
  ['a leaf with a shorter hint', '{ wing { name rooms } }', 'public, max-age=10'],
  ['a root field without a hint', '{ visitorCount }', 'no-store'],
  ['one part without a hint', '{ wing { name } visitorCount }', 'no-store'],
  ['an object without a hint', '{ exhibit(id: "e1") { restorer { name } } }', 'no-store'],
  ['an object that inherits', '{ exhibit(id: "e1") { maker { name } } }', 'public, max-age=60'],
  ['the shortest of what an interface may turn out to be', '{ guide { name } }', 'public, max-age=5'],
  ['a field of another subgraph with a hint', '{ exhibit(id: "e1") { likes } }', 'public, max-age=10'],
  ['a leaf of another subgraph without one', '{ exhibit(id: "e1") { title comments } }', 'no-store'],
  ['PRIVATE', '{ opening }', 'private, max-age=60'],
  ['a PRIVATE type that another subgraph extends', '{ ticket { holder } }', 'private, max-age=60'],
  ['a PRIVATE type behind its interface', '{ passes { holder } }', 'private, max-age=60'],
  ['a field that is PRIVATE in its interface', '{ holders { holder } }', 'private, max-age=5'],
  ['what only some may read, the same for all of them', '{ inventory }', 'private, max-age=60'],
  ['what only some may read', '{ me { subject } }', 'private, max-age=60'],
  ['a marked leaf', '{ exhibit(id: "e1") { value } }', 'private, max-age=60'],
  ['a row that the subgraph decides about', '{ exhibit(id: "e1") { shelf } }', 'private, max-age=60'],
  ['nothing but the name of the root', '{ __typename }', 'no-store'],
  ['the schema', '{ __schema { queryType { name } } }', 'no-store'],
  [
    'the schema beside something that may be kept',
    '{ wing { name } __type(name: "Wing") { name } }',
    'public, max-age=20',
  ],
  ['a mutation', 'mutation { rename(id: "e1", title: "x") { title } }', 'no-store'],
  ['an answer with an error', '{ exhibit(id: "e1") { likes } }', 'no-store', true],
])('the lifetime of %s', async (_, query, expected, isBroken = false) => {
  museum.isVisitorsBroken = isBroken
  expect((await post(query, { authorization: staff })).headers.get('cache-control')).toBe(expected)
})

test('what was answered is answered again without a subgraph until it is too old', async () => {
  const query = '{ exhibit(id: "e1") { title } }'
  const first = await post(query)
  clock.advance(59_900)
  museum.titles.set('e1', 'Sundial')
  const second = await post(query)
  expect([second.body, second.headers.get('age'), calls()]).toEqual([first.body, '59', 1])
  clock.advance(100)
  const third = await post(query)
  expect([third.body, third.headers.get('age'), calls()]).toEqual([
    { data: { exhibit: { title: 'Sundial' } } },
    null,
    2,
  ])
})

const TWO = 'query A { wing { name } } query B { wing { name } }'
const OPTIONAL = 'query($id: ID) { exhibitOrNone(id: $id) { title } }'
const BY_ID = 'query($id: ID! = "e1", $unused: Boolean = true) { exhibit(id: $id) { title @skip(if: $unused) } }'

test.each([
  ['the same operation written otherwise', ['{ wing { name } }'], ['# where\n{ wing\n{ name, } }']],
  ['variables that mean the same', [BY_ID, { id: '1', unused: false }], [BY_ID, { unused: false, id: 1 }]],
  ['a default that was left out', [BY_ID, { unused: false }], [BY_ID, { id: 'e1', unused: false, other: 1 }]],
] as const)('an answer serves %s', async (_, [one, variables], [other, others]) => {
  await post(one, {}, variables)
  expect(calls()).toBe(1)
  await post(other, {}, others)
  expect(calls()).toBe(1)
})

test.each([
  ['other variables', [BY_ID, { id: 'e1', unused: false }], [BY_ID, { id: 'e2', unused: false }]],
  ['a null instead of nothing', [OPTIONAL, {}], [OPTIONAL, { id: null }]],
  ['another alias', ['{ wing { name } }'], ['{ wing { title: name } }']],
  ['another operation of the document', [TWO, {}, 'A'], [TWO, {}, 'B']],
] as const)('an answer does not serve %s', async (_, [one, variables, name], [other, others, otherName]) => {
  await post(one, {}, variables, name)
  expect(calls()).toBe(1)
  await post(other, {}, others, otherName)
  expect(calls()).toBe(2)
})

describe('a client’s Cache-Control', () => {
  const query = '{ wing { name } }'

  test.each(['no-cache', 'max-age=0', 'No-Cache, no-transform'])(
    '%s is answered anew, and that is kept',
    async (asked) => {
      await post(query)
      clock.advance(5_000)
      expect((await post(query, { 'cache-control': asked })).headers.get('age')).toBe(null)
      clock.advance(1_000)
      expect((await post(query)).headers.get('age')).toBe('1')
      expect(calls()).toBe(2)
    },
  )

  test('max-age is how old the answer may be', async () => {
    await post(query)
    clock.advance(5_000)
    await post(query, { 'cache-control': 'max-age=6' })
    expect(calls()).toBe(1)
    await post(query, { 'cache-control': 'max-age=5' })
    expect(calls()).toBe(2)
  })

  test('no-store is neither answered from before nor kept', async () => {
    expect((await post(query, { 'cache-control': 'no-store' })).headers.get('cache-control')).toBe('no-store')
    await post(query)
    expect(calls()).toBe(2)
    await post(query, { 'cache-control': 'no-store' })
    expect(calls()).toBe(3)
  })
})

describe('that something is not there', () => {
  test.each([
    ['an entity', '{ exhibit(id: "e9") { title } }', 'public, max-age=5'],
    ['a leaf, which is a value like any other', '{ exhibit(id: "e1") { maker { name } title } }', 'public, max-age=60'],
  ])('is believed for seconds: %s', async (_, query, expected) => {
    museum.titles.set('e1', null as unknown as string)
    expect((await post(query)).headers.get('cache-control')).toBe(expected)
  })

  test('is kept, and no longer than that', async () => {
    const query = '{ exhibit(id: "e3") { title } }'
    await post(query)
    museum.titles.set('e3', 'Compass')
    clock.advance(4_900)
    expect((await post(query)).body).toEqual({ data: { exhibit: null } })
    expect(calls()).toBe(1)
    clock.advance(100)
    expect((await post(query)).body).toEqual({ data: { exhibit: { title: 'Compass' } } })
  })
})

test('an answer with errors is not kept', async () => {
  museum.isVisitorsBroken = true
  const query = '{ exhibit(id: "e1") { likes } }'
  expect(await post(query)).toMatchObject({ body: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } })
  museum.isVisitorsBroken = false
  expect((await post(query)).body).toEqual({ data: { exhibit: { likes: 12 } } })
})

describe('what is kept for one caller', () => {
  test('is kept for the next token of that caller, and for no other caller', async () => {
    const [one, two] = [newId('usr'), newId('usr')]
    const bearer = await library.issuer.bearer({ subject: one })
    const query = '{ me { subject } }'
    await post(query, { authorization: bearer })
    const renewed = await library.issuer.bearer({ subject: one, expiresIn_s: 900 })
    expect(renewed).not.toBe(bearer)
    expect((await post(query, { authorization: renewed })).body).toEqual({ data: { me: { subject: one } } })
    expect(calls()).toBe(1)
    const other = await library.issuer.bearer({ subject: two })
    expect((await post(query, { authorization: other })).body).toEqual({ data: { me: { subject: two } } })
    expect(await post(query)).toMatchObject({ body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } })
  })

  test('is not kept for the same caller with other scopes', async () => {
    const subject = newId('usr')
    for (const scope of ['', 'museum:staff'])
      await post('{ opening }', { authorization: await library.issuer.bearer({ subject, scope }) })
    expect(calls()).toBe(2)
  })

  test('is told apart from it by the caches on the way', async () => {
    const { headers } = await post('{ opening }', { authorization: staff })
    expect(headers.get('vary')).toContain('authorization')
    expect((await post('{ wing { name } }', { authorization: staff })).headers.get('vary')).not.toContain(
      'authorization',
    )
  })
})

test('what subgraphs are told beside the token makes another answer, for the caches on the way as well', async () => {
  const query = '{ wing { name } }'
  const { headers } = await post(query, { 'accept-language': 'de' })
  expect(headers.get('vary')).toContain('accept-language')
  await post(query, { 'accept-language': 'fr' })
  await post(query, { 'accept-language': 'de' })
  expect(calls()).toBe(2)
})

test('who may not read it gets nothing of what is kept for all who may', async () => {
  expect(await post('{ inventory }', { authorization: staff })).toMatchObject({
    body: { data: { inventory: ['ladder'] } },
  })
  const visitor = await library.issuer.bearer()
  expect(await post('{ inventory }', { authorization: visitor })).toMatchObject({
    body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  })
  const other = await library.issuer.bearer({ scope: 'museum:staff' })
  expect(await post('{ inventory }', { authorization: other })).toMatchObject({ status: 200 })
  expect(calls()).toBe(1)
})

test('another supergraph does not answer what this one kept', async () => {
  const query = '{ wing { name } }'
  await post(query)
  await library.gateway.serve(loadSupergraph(library.sdl.replace('maxAge: 20', 'maxAge: 21')))
  expect((await post(query)).headers.get('cache-control')).toBe('public, max-age=21')
  expect(calls()).toBe(2)
})

describe('GET', () => {
  const get = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${library.url}?query=${encodeURIComponent(query)}`, { headers })

  test('is answered 304 to who has the answer already', async () => {
    const tag = (await get('{ wing { name } }')).headers.get('etag') ?? ''
    const again = await get('{ wing { name } }', { 'if-none-match': `"other", ${tag}` })
    expect([again.status, await again.text(), again.headers.get('cache-control')]).toEqual([
      304,
      '',
      'public, max-age=20',
    ])
    expect((await get('{ wing { name } }', { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await get('{ exhibits { id } }', { 'if-none-match': tag })).status).toBe(200)
  })

  test('has no tag where nothing may be kept', async () => {
    expect((await get('{ visitorCount }')).headers.get('etag')).toBe(null)
  })
})
