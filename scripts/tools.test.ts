// What the small tools say when they are used wrongly: a sentence, no stack.

import { execFile } from 'node:child_process'
import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { repositoryFile, SUBGRAPHS } from './subgraphs.ts'

const run = (script: string, args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH, CARRIERGRAPH_HOME: '/nowhere', ...env } }
    execFile(process.execPath, [repositoryFile(script), ...args], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    )
  })

const NOWHERE = Object.fromEntries(
  ['NETWORK', 'BILLING', 'PAYMENTS', 'RISK'].map((name) => [`DATABASE_URL_${name}`, 'postgres://x@127.0.0.1:1/x']),
)

test.each<[string, string[], Record<string, string>, RegExp]>([
  [
    'scripts/parked-events.ts',
    ['--replay', 'evt_x'],
    {},
    /^Expected an id of "evt_" and 26 more characters, got "evt_x"\.\n$/,
  ],
  ['scripts/parked-events.ts', ['--replay'], {}, /^Option '--replay <value>' argument missing\n$/],
  [
    'scripts/parked-events.ts',
    [],
    {},
    /^Where is network's database\? Set DATABASE_URL_NETWORK, or run pnpm start first\.\n$/,
  ],
  ['scripts/verify-journal.ts', [], NOWHERE, /^The database cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1\n$/],
  ['scripts/token.ts', ['--role', 'king'], {}, /^--role must be one of/],
  ['scripts/token.ts', ['--nonsense'], {}, /^Unknown option '--nonsense'/],
])('%s %j says what is wrong in a sentence', async (script, args, env, sentence) => {
  const { code, output } = await run(script, args, env)
  expect(code).toBe(1)
  expect(output).toMatch(sentence)
  expect(output).not.toMatch(/^ {4}at /m)
})

test('a subgraph whose database cannot be reached names the variable', async () => {
  const { code, output } = await run('subgraphs/risk/src/main.ts', [], {
    ...NOWHERE,
    EVENT_BUS_URL: 'postgres://x@127.0.0.1:1/x',
    PORT: '0',
    SIGNING_KEYS: `k1:${'s'.repeat(32)}`,
    JWKS_URL: 'http://127.0.0.1:1/',
    JWT_ISSUER: 'issuer',
  })
  expect([code, output]).toEqual([
    1,
    'risk: The database of DATABASE_URL_RISK or DATABASE_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n',
  ])
})

test.each(SUBGRAPHS.map(({ name }) => name))('the demo of %s loads by itself, twice as well as once', async (name) => {
  const migrationsFolder = repositoryFile(`subgraphs/${name}/migrations`)
  const database = await createTestDatabase({ name, migrate: (url) => migrate({ url, migrationsFolder }) })
  const sql = postgres(database.url, { max: 1, fetch_types: false, connection: { 'app.tenant': '*' } })
  try {
    const events = async () =>
      (await sql`select count(*)::int as count from journal where tenant_id = 'demo'`)[0]?.count
    const env = { DATABASE_URL: database.url }
    expect(await run(`subgraphs/${name}/src/demo.ts`, [], env)).toEqual({ code: 0, output: '' })
    const first = await events()
    expect(first).toBeGreaterThan(0)
    expect(await run(`subgraphs/${name}/src/demo.ts`, [], env)).toEqual({ code: 0, output: '' })
    expect(await events()).toBe(first)
  } finally {
    await sql.end()
    await database.drop()
  }
})

test('a demo without its database says so in a sentence', async () => {
  const { code, output } = await run('subgraphs/risk/src/demo.ts', [])
  expect([code, output]).toEqual([
    1,
    'DATABASE_UNKNOWN: No database: run pnpm start in another terminal, or set DATABASE_URL_RISK.\n',
  ])
})
