import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { createMuseum, museumSubgraphs } from '../testing/museum.ts'

let library: Library
let operator: string
beforeAll(async () => {
  library = await startLibrary({ definitions: museumSubgraphs(createMuseum()) })
  operator = await library.issuer.bearer({ scope: 'gateway:admin' })
  library.gateway.degradeRules.replace([{ name: 'one', subgraph: 'visitors', action: 'SKIP', enabled: false }], 'test')
})
afterAll(() => library.close())

async function ask(path: string, method: string, authorization?: string) {
  const headers = { ...(authorization !== undefined && { authorization }) }
  const response = await fetch(new URL(path, library.url), { method, headers })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { errors?: { extensions: { code: string } }[] },
  }
}

test('operators see the degrade rules and how each stands', async () => {
  const { status, headers, body } = await ask('/admin/degrade-rules', 'GET', operator)
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(body).toEqual({
    rules: [{ name: 'one', subgraph: 'visitors', action: 'SKIP', enabled: false, state: 'OFF', calls: 0, badShare: 0 }],
  })
})

test('operators purge the cache', async () => {
  const query = '{ wing { name } }'
  await library.post({ query })
  expect(await ask('/admin/cache', 'DELETE', operator)).toMatchObject({ status: 200, body: { purged: true } })
  await library.post({ query })
  expect(library.subgraphs.get('exhibits')?.calls).toHaveLength(2)
})

test.each([
  ['/admin/degrade-rules', 'GET'],
  ['/admin/cache', 'DELETE'],
  ['/admin/nothing', 'GET'],
])('nobody else gets anything out of %s', async (path, method) => {
  const customer = await library.issuer.bearer({ scope: 'museum:staff' })
  const forged = await library.issuer.bearer({ scope: 'gateway:admin', forged: true })
  const answers = [await ask(path, method), await ask(path, method, customer), await ask(path, method, forged)]
  expect(answers.map(({ status, body }) => [status, body.errors?.[0]?.extensions.code])).toEqual([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [401, 'UNAUTHENTICATED'],
  ])
})

test.each([
  ['/admin/nothing', 'GET'],
  ['/admin/cache', 'GET'],
])('%s %s is nothing', async (path, method) => {
  expect(await ask(path, method, operator)).toMatchObject({ status: 404 })
})
