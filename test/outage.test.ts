// The database's server goes away and comes back: every subgraph says that it may be asked again, and whoever does so
// with what was sent before gets one effect.

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningPostgres, startPostgres } from '../scripts/postgres/launch.ts'
import { ask, type GraphAnswer } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'
import { makeDirectory, removeDirectory } from './throw-away-server.ts'

const OPERATIONS = join(import.meta.dirname, '../schema/operations')
const SETTINGS = { fsync: 'off', max_connections: '200' }

let cleanup: AsyncDisposableStack
let stack: Stack
let operator: string
let server: RunningPostgres
/** The same server on the same port, as a restart makes it. */
let start: () => Promise<void>

beforeAll(async () => {
  cleanup = new AsyncDisposableStack()
  const directory = await makeDirectory()
  cleanup.defer(() => removeDirectory(directory))
  const options = {
    dataDir: join(directory, 'postgres'),
    password: randomBytes(16).toString('hex'),
    settings: SETTINGS,
  }
  server = await startPostgres(options)
  start = async () => {
    server = await startPostgres({ ...options, port: server.port })
  }
  cleanup.defer(() => server.stop())
  stack = cleanup.use(await startStack({}, { url: server.url() }))
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => cleanup.disposeAsync())

/** One mutation of each subgraph, as the examples have it. */
const MUTATIONS = ['10-create-slice', '13-record-usage', '04-top-up', '16-register-user']

const fileOf = (name: string): string => readFileSync(join(OPERATIONS, name), 'utf8')
const variablesOf = (name: string) =>
  readdirSync(OPERATIONS).includes(`${name}.variables.json`) ? JSON.parse(fileOf(`${name}.variables.json`)) : {}
const send = (name: string): Promise<GraphAnswer> =>
  ask(stack.graphUrl, operator, fileOf(`${name}.graphql`), variablesOf(name))

interface Payload {
  readonly payment?: { readonly id: string }
  readonly slice?: { readonly id: string }
  readonly user?: { readonly id: string }
  readonly errors?: readonly unknown[]
}

const codesOf = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions?.code)

it('tells clients to ask again while it is away, and does what they ask once when it is back', async () => {
  await server.stop()
  const away = await Promise.all(MUTATIONS.map(send))
  for (const { errors = [] } of away)
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'SERVICE_UNAVAILABLE', retryAfter_s: 1, correlationId: expect.any(String) },
    ])
  expect(codesOf(await send('08-slices'))).toEqual(['SERVICE_UNAVAILABLE'])

  await start()
  for (const name of MUTATIONS) {
    const first = await sendUntilAnswered(name)
    const again = await Promise.all([sendUntilAnswered(name), sendUntilAnswered(name)])
    for (const { errors } of [first, ...again]) expect(errors).toEqual([])
    expect(again.map(effectOf)).toEqual([effectOf(first), effectOf(first)])
  }
})

/** What was made; usage is recorded or known by its own id. */
const effectOf = ({ payment, slice, user }: Payload) => (payment ?? slice ?? user)?.id ?? 'recorded'

async function sendUntilAnswered(name: string): Promise<Payload> {
  let payload: Payload = {}
  await until(async () => {
    const answer = await send(name)
    if (codesOf(answer).length > 0) return false
    payload = Object.values<Payload>(answer.data)[0] ?? {}
    return true
  })
  return payload
}
