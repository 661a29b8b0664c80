import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'

/** Far more than the kernel holds for a reader. */
const LENGTH = 12_000_000
const STALL_MS_MAX = 100

let library: Library
beforeAll(async () => {
  const typeDefs = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
    type Query { tome: String }
  `
  const definitions = { tomes: { typeDefs, resolvers: { Query: { tome: () => 'x'.repeat(LENGTH) } } } }
  library = await startLibrary({ definitions, limits: { stall_ms_max: STALL_MS_MAX } })
})
afterAll(() => library.close())

test('a client that asks for much and reads nothing of it is let go', async () => {
  const { hostname, port } = new URL(library.url)
  const client = connect(Number(port), hostname).pause()
  let lost: string | undefined
  client.on('error', ({ code }: NodeJS.ErrnoException) => {
    lost = code
  })
  client.write('GET /graphql?query={tome} HTTP/1.1\r\nhost: x\r\n\r\n')
  const isLost = () => {
    // Only who writes learns of it; often enough, and the connection would not be silent.
    client.write('\r\n')
    return lost !== undefined
  }
  await expect.poll(isLost, { interval: 10 * STALL_MS_MAX, timeout: 20_000 }).toBe(true)
  client.destroy()
})
