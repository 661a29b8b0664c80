import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { loadPersistedDocuments } from './load.ts'
import { watchPersistedDocuments } from './watch.ts'

const BOOKS = '{ books { id } }'
const RATING = '{ bestRating }'
const PATIENTLY = { timeout: 10_000 }

let directory: string
let resources: AsyncDisposableStack
let library: Library
let logged: string[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'carriergraph-manifests-'))
  resources = new AsyncDisposableStack()
  resources.defer(() => rmSync(directory, { recursive: true }))
  logged = []
  put('web', { books: BOOKS })
  put('app', {})
  const files = ['web', 'app'].map(fileOf)
  const documents = await loadPersistedDocuments({ mode: 'require', files }, 1_000)
  library = await startLibrary({ persisted: documents })
  resources.defer(() => library.close())
  const log = createLog({ service: 'test', destination: { write: (line: string) => void logged.push(line) } })
  resources.use(watchPersistedDocuments({ documents, poll_ms: 1, register: library.gateway.register, log }))
})
afterEach(() => resources.disposeAsync())

const fileOf = (name: string) => join(directory, `${name}.json`)

function put(name: string, manifest: unknown): void {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  writeFileSync(`${fileOf(name)}.new`, text)
  renameSync(`${fileOf(name)}.new`, fileOf(name))
}

async function statusOf(documentId: string): Promise<number> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
  const response = await fetch(library.url, { method: 'POST', headers, body: JSON.stringify({ documentId }) })
  await response.text()
  return response.status
}

/** Resolves once so many lines say this. */
const said = (text: string, times = 1) =>
  expect.poll(() => logged.filter((line) => line.includes(text)).length, PATIENTLY).toBe(times)

test('a changed manifest is taken up while the gateway runs, beside the others', async () => {
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([200, 400])
  put('app', { rating: RATING })
  await said('other documents are registered')
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([200, 200])
  put('web', {})
  await said('other documents are registered', 2)
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([400, 200])
})

test.each<[string, unknown]>([
  ['is no JSON', '{'],
  ['is no manifest', { books: 7 }],
  ['has a document that is no GraphQL', { rating: RATING, broken: '{' }],
  ['has another document under an id of another manifest', { books: RATING, rating: RATING }],
])('one that %s is refused and leaves what was registered; a mended one is taken', async (_, manifest) => {
  put('app', manifest)
  await said('those before stay')
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([200, 400])
  put('app', { rating: RATING })
  await said('other documents are registered')
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([200, 200])
})

test('one that is at fault does not keep another from being taken up', async () => {
  put('app', '{')
  await said('those before stay')
  put('web', { books: BOOKS, rating: RATING })
  await said('other documents are registered')
  expect([await statusOf('books'), await statusOf('rating')]).toEqual([200, 200])
})
