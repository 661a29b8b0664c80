import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPersistedDocuments } from './load.ts'
import { trustDocuments } from './trusted.ts'

const BOOK = '# One book\nquery Book($id: ID!) {\n  book(id: $id) { title }\n}\n'
const NORMAL = 'query Book($id: ID!) {\n  book(id: $id) {\n    title\n  }\n}'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('a trusted document', () => {
  const trusted = trustDocuments([['book-1', BOOK]], 100)

  test.each([
    ['the id of its manifest', 'book-1', BOOK],
    ['its own hash', sha256(BOOK), BOOK],
    ['its hash as GraphQL over HTTP writes it', `sha256:${sha256(BOOK)}`, BOOK],
    ['the hash of how a client prints it', sha256(NORMAL), BOOK],
    ['an id that nobody knows', 'book-2', undefined],
    ['another hash', sha256('{ books { id } }'), undefined],
    ['a name of every object', 'constructor', undefined],
  ])('by %s', (_, id, expected) => {
    expect(trusted.byId(id)).toBe(expected)
  })

  test.each([
    ['as it is', BOOK, BOOK],
    ['printed by a client', NORMAL, BOOK],
    ['on one line', 'query Book($id:ID!){book(id:$id){title}}', BOOK],
    ['with a field more', 'query Book($id: ID!) { book(id: $id) { title cost } }', undefined],
    ['with an alias', 'query Book($id: ID!) { book(id: $id) { a: title } }', undefined],
    ['with an operation more', `${BOOK} query Other { books { id } }`, undefined],
    ['under another name', BOOK.replace('Book', 'Book2'), undefined],
    ['cut off', BOOK.slice(0, 40), undefined],
    ['with more tokens than are parsed', `${BOOK} ${'{ a }'.repeat(100)}`, undefined],
  ])('by its text, %s', (_, text, expected) => {
    // Twice: what was found once is remembered.
    expect([trusted.byText(text), trusted.byText(text)]).toEqual([expected, expected])
  })
})

test('one document of two manifests is kept once, under both ids', () => {
  const trusted = trustDocuments(Object.entries({ a: BOOK, b: NORMAL }), 100)
  expect([trusted.byId('a'), trusted.byId('b'), trusted.all()]).toEqual([BOOK, BOOK, [BOOK]])
})

test('two documents under one id are refused, and so is one that does not parse', () => {
  expect(() =>
    trustDocuments(
      [
        ['a', BOOK],
        ['a', '{ books { id } }'],
      ],
      100,
    ),
  ).toThrow('two persisted documents have the id a')
  expect(() => trustDocuments([['broken', 'query {']], 100)).toThrow('the persisted document broken cannot be parsed')
})

describe('manifests', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manifests-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const load = async (mode: 'off' | 'allow' | 'require', ...manifests: unknown[]) => {
    const files = manifests.map((_, index) => join(folder, `${index}.json`))
    await Promise.all(files.map((file, index) => writeFile(file, JSON.stringify(manifests[index]))))
    return loadPersistedDocuments({ mode, files }, 100)
  }
  const APOLLO = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: 'a', name: 'Book', type: 'query', body: BOOK }],
  }

  test('of Apollo’s tools and plain maps are read together', async () => {
    const { trusted, isRequired } = await load('require', APOLLO, { b: '{ books { id } }' })
    expect(isRequired).toBe(true)
    expect(trusted.all()).toEqual([BOOK, '{ books { id } }'])
  })

  test('are not read where documents are off', async () => {
    const { trusted, isRequired } = await load('off', APOLLO)
    expect([trusted.all(), isRequired]).toEqual([[], false])
  })

  test.each([
    ['another format', { ...APOLLO, format: 'other' }],
    ['another version', { ...APOLLO, version: 2 }],
    ['an operation without a body', { ...APOLLO, operations: [{ id: 'a' }] }],
    ['a map to something else', { a: 1 }],
    ['a list', []],
  ])('with %s are refused with the name of the file', async (_, manifest) => {
    await expect(load('allow', manifest)).rejects.toThrow(join(folder, '0.json'))
  })
})
