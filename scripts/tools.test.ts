// What the small tools say when they are used wrongly: a sentence, no stack.

import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { repositoryFile } from './subgraphs.ts'

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
  ['scripts/parked-events.ts', ['--replay', 'evt_x'], {}, /^Expected an id that starts with "evt_", got "evt_x"\.\n$/],
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
