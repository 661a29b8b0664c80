import { resolve } from 'node:path'
import { bool, nodeEnv, port, readConfig, secretsList, urlOf, urlToFetch } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { GATEWAY_SETTINGS } from '../../gateway/src/config.ts'
import { SETTINGS } from '../../subgraphs/payments/src/config.ts'
import { type KeySettings, keyProviderFrom } from '../../subgraphs/payments/src/vault/keys/key-source.ts'
import { repositoryFile, SUBGRAPHS, type SubgraphName } from '../subgraphs.ts'

/** Who issues the tokens that every service accepts. */
export interface Identity {
  jwksUrl: string
  issuer: string
  audience: string
}

/** Where everything of one local installation listens and lives. */
export interface Installation {
  /** Absolute. Databases, logs, keys and secrets; removed, the next start begins anew. */
  directory: string
  ports: Record<SubgraphName | 'gateway' | 'issuer' | 'postgres', number>
  /** Databases that the environment names; the others are embedded. */
  databaseUrls: Partial<Record<SubgraphName, string>>
  eventBusUrl: string | undefined
  /** The value of SIGNING_KEYS; without one, keys are made and kept. */
  signingKeys: string | undefined
  /** VAULT_KEY or VAULT_KEY_FILE, as given; without either, keys are made and kept. */
  vaultKeys: Readonly<Record<string, string>> | null
  /** A token issuer that the environment names; without one the development issuer is started. */
  identity: Identity | null
  production: boolean
  /** Whether the traffic simulator may run. */
  simulator: boolean
}

const PAYMENTS_SETTINGS = SETTINGS.shape

const PORT_VARIABLES = {
  gateway: 'PORT',
  network: 'PORT_NETWORK',
  billing: 'PORT_BILLING',
  payments: 'PORT_PAYMENTS',
  risk: 'PORT_RISK',
  issuer: 'PORT_ISSUER',
  postgres: 'PORT_POSTGRES',
} as const satisfies Record<keyof Installation['ports'], string>

// Everything is told where everything else is before it listens, so nothing can be left to the system.
const fixedPort = (fallback: number) =>
  port.refine((value) => value > 0, 'is 0, expected a port number').default(fallback)
const databaseUrl = urlOf('postgres:', 'postgresql:').optional()

/** The variable that names a subgraph's database. */
export const databaseVariable = <N extends SubgraphName>(name: N): `DATABASE_URL_${Uppercase<N>}` =>
  `DATABASE_URL_${name.toUpperCase() as Uppercase<N>}`

const variables = z.object({
  CARRIERGRAPH_HOME: z.string().default(repositoryFile('.carriergraph')),
  NODE_ENV: nodeEnv.default('development'),
  SIMULATOR: bool.default(true),
  PORT: fixedPort(4000),
  PORT_NETWORK: fixedPort(4001),
  PORT_BILLING: fixedPort(4002),
  PORT_PAYMENTS: fixedPort(4003),
  PORT_RISK: fixedPort(4004),
  PORT_ISSUER: fixedPort(4005),
  PORT_POSTGRES: fixedPort(4006),
  DATABASE_URL_NETWORK: databaseUrl,
  DATABASE_URL_BILLING: databaseUrl,
  DATABASE_URL_PAYMENTS: databaseUrl,
  DATABASE_URL_RISK: databaseUrl,
  EVENT_BUS_URL: databaseUrl,
  SIGNING_KEYS: secretsList.optional(),
  VAULT_KEY: PAYMENTS_SETTINGS.VAULT_KEY,
  VAULT_KEY_FILE: PAYMENTS_SETTINGS.VAULT_KEY_FILE,
  JWKS_URL: urlToFetch.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().default('carriergraph'),
  // Read by the services themselves; checked here too, so that all faults are found before the first one starts.
  LOG_LEVEL: GATEWAY_SETTINGS.LOG_LEVEL,
  CORS_ORIGINS: GATEWAY_SETTINGS.CORS_ORIGINS,
  BODY_BYTES_MAX: GATEWAY_SETTINGS.BODY_BYTES_MAX,
  DEPTH_MAX: GATEWAY_SETTINGS.DEPTH_MAX,
  TOKENS_MAX: GATEWAY_SETTINGS.TOKENS_MAX,
  SUBGRAPH_DEADLINE_MS: GATEWAY_SETTINGS.SUBGRAPH_DEADLINE_MS,
  SUBGRAPH_CALLS_PER_CONNECTION: GATEWAY_SETTINGS.SUBGRAPH_CALLS_PER_CONNECTION,
  UPSTREAM_LOST_MS_MAX: GATEWAY_SETTINGS.UPSTREAM_LOST_MS_MAX,
  RISK_DEADLINE_MS: PAYMENTS_SETTINGS.RISK_DEADLINE_MS,
  RISK_FALLBACK_LIMIT: PAYMENTS_SETTINGS.RISK_FALLBACK_LIMIT,
})

const settings = variables.superRefine(
  (env: Partial<z.output<typeof variables>>, context) => {
    const fault = (variable: string, message: string) => context.addIssue({ code: 'custom', path: [variable], message })
    if (env.NODE_ENV === 'production' && env.JWKS_URL === undefined)
      fault(
        'JWKS_URL',
        'is missing, expected the keys of a token issuer of your own: development tokens are for development',
      )
    if (env.JWKS_URL !== undefined && env.JWT_ISSUER === undefined)
      fault('JWT_ISSUER', 'is missing, expected the "iss" of the tokens that JWKS_URL verifies')
    const seen = new Map<number, string>()
    for (const variable of Object.values(PORT_VARIABLES)) {
      const chosen = env[variable]
      if (chosen === undefined) continue
      const other = seen.get(chosen)
      if (other !== undefined) fault(variable, `is ${chosen}, which ${other} has already`)
      seen.set(chosen, variable)
    }
  },
  // Also of those that are sound when others are not: all faults at once.
  { when: () => true },
)

/**
 * Reads the installation from the environment.
 * @throws ConfigError that lists every fault at once
 */
export function installationFrom(env: NodeJS.ProcessEnv): Installation {
  const config = readConfig(settings, env)
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer = '', JWT_AUDIENCE: audience } = config
  const production = config.NODE_ENV === 'production'
  return {
    directory: resolve(config.CARRIERGRAPH_HOME),
    ports: Object.fromEntries(
      Object.entries(PORT_VARIABLES).map(([name, variable]) => [name, config[variable]]),
    ) as Installation['ports'],
    databaseUrls: Object.fromEntries(
      SUBGRAPHS.flatMap(({ name }) => {
        const given = config[databaseVariable(name)]
        return given === undefined ? [] : [[name, given]]
      }),
    ),
    eventBusUrl: config.EVENT_BUS_URL,
    signingKeys: config.SIGNING_KEYS && env.SIGNING_KEYS,
    vaultKeys: givenVaultKeys(config),
    identity: jwksUrl === undefined ? null : { jwksUrl, issuer, audience },
    production,
    simulator: config.SIMULATOR && !production,
  }
}

function givenVaultKeys({ VAULT_KEY, VAULT_KEY_FILE }: KeySettings): Installation['vaultKeys'] {
  if (VAULT_KEY === undefined && VAULT_KEY_FILE === undefined) return null
  // Throws where they are at fault: before the first service starts.
  keyProviderFrom({ VAULT_KEY, VAULT_KEY_FILE })
  return {
    ...(VAULT_KEY !== undefined && { VAULT_KEY }),
    ...(VAULT_KEY_FILE !== undefined && { VAULT_KEY_FILE: resolve(VAULT_KEY_FILE) }),
  }
}

/** What listens where, and the variable that moves it. */
export interface Listener {
  what: string
  port: number
  variable: string
}

/**
 * What this process and its services will listen on. PostgreSQL is not among them: a server that an earlier start left
 * behind is adopted with its port.
 */
export function listenersOf({ ports, identity }: Installation): Listener[] {
  const listener = (name: keyof typeof PORT_VARIABLES, what: string) => ({
    what,
    port: ports[name],
    variable: PORT_VARIABLES[name],
  })
  return [
    listener('gateway', 'the gateway'),
    listener('network', 'subgraph network'),
    listener('billing', 'subgraph billing'),
    listener('payments', 'subgraph payments'),
    listener('risk', 'subgraph risk'),
    ...(identity === null ? [listener('issuer', 'the token issuer')] : []),
  ]
}
