import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library.close())

// Every MUST, SHOULD and MAY of GraphQL over HTTP that the reference implementation asks of servers.
const audits = serverAudits({ url: () => library.url, fetchFn: fetch })

test('the audit has not become empty', () => {
  expect(audits.length).toBeGreaterThan(50)
})

test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
  const { status, ...result } = await audit.fn()
  expect([status, 'reason' in result && result.reason]).toEqual(['ok', false])
})
