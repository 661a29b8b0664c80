import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { OPEN_TO_LOAD } from '../start.ts'
import type { Contender } from './contender.ts'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Nobody signs in, so that nobody asks for the issuer's keys. */
const ISSUER = 'http://127.0.0.1:9/jwks.json'

/**
 * As in production: it signs its calls, measures operations, and has no playground. What turns load away is off, since all
 * of it comes from one address and is to be served; documents need not be registered, which none of the others asks for.
 */
export const OURS: Contender = {
  name: 'carriergraph',
  title: 'this gateway',
  program: [file('../../../../gateway/src/main.ts')],
  env: {
    ...OPEN_TO_LOAD,
    LOG_LEVEL: 'warn',
    SIGNING_KEYS: `bench:${'b'.repeat(32)}`,
    JWKS_URL: ISSUER,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: 'bench',
  },
}

/** As where gateway and subgraphs run on one machine. */
const OURS_ON_UNIX_SOCKETS: Contender = {
  ...OURS,
  name: 'carriergraph-unix',
  title: 'this gateway, unix sockets',
  transport: 'unix',
}

/** The native planner comes as one binary for each platform, and there is not one for each. */
function rustIsMissing(): string | undefined {
  try {
    createRequire(createRequire(import.meta.url).resolve('@graphql-hive/router-runtime'))(
      '@graphql-hive/router-query-planner',
    )
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
  }
}

/** In the order of the table; the last is the limit that others are compared with. */
export const CONTENDERS: readonly Contender[] = [
  OURS,
  OURS_ON_UNIX_SOCKETS,
  { name: 'apollo', title: 'Apollo Server 5 + @apollo/gateway', program: [file('apollo.ts')] },
  { name: 'hive-js', title: 'Hive Gateway 2, JS planner', program: [file('hive.mjs')], env: { PLANNER: 'js' } },
  {
    name: 'hive-rust',
    title: 'Hive Gateway 2, Rust planner',
    program: [file('hive.mjs')],
    env: { PLANNER: 'rust' },
    missing: rustIsMissing,
  },
  { name: 'by-hand', title: 'by hand, no GraphQL', program: [file('by-hand.ts')] },
]
