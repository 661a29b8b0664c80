import { z } from 'zod'
import { port, secretsList, urlOf, urlToFetch } from '../config.ts'
import { TELEMETRY_SETTINGS } from '../telemetry/settings.ts'

const postgresUrl = urlOf('postgres:', 'postgresql:')

/**
 * The environment that every subgraph reads; a subgraph spreads it into its own schema. Nothing that a stranger must
 * not guess has a default.
 */
export const SUBGRAPH_SETTINGS = {
  /** 0 lets the system choose. */
  PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  /** A unix socket to listen on as well; no system takes a longer path. */
  SOCKET_PATH: z
    .string()
    .regex(/^\/[^:?#]{1,102}$/, 'an absolute path of at most 103 characters')
    .optional(),
  /** Of the role that owns the subgraph's database; `DATABASE_URL_<NAME>` comes before it. */
  DATABASE_URL: postgresUrl,
  /** The database of the event bus. */
  EVENT_BUS_URL: postgresUrl,
  SIGNING_KEYS: secretsList,
  JWKS_URL: urlToFetch,
  JWT_ISSUER: z.string().min(1),
  JWT_AUDIENCE: z.string().min(1).default('carriergraph'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ...TELEMETRY_SETTINGS,
}

const settings = z.object(SUBGRAPH_SETTINGS)
export type SubgraphSettings = z.output<typeof settings>

/** The environment as the subgraph sees it: `DATABASE_URL_BILLING`, where it is set, is billing's DATABASE_URL. */
export function environmentOf(name: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = env[`DATABASE_URL_${name.toUpperCase()}`]
  return own ? { ...env, DATABASE_URL: own } : env
}
