import { newKeyRingText } from '@carriergraph/payments/vault/keys/key-ring.ts'
import { ConfigError } from '@carriergraph/shared/config.ts'
import { expect, test, vi } from 'vitest'
import { installationFrom, listenersOf } from './installation.ts'
import { gatewayService, simulatorService, subgraphServices } from './services.ts'

const REAL_ISSUER = { JWKS_URL: 'https://id.example.net/keys', JWT_ISSUER: 'https://id.example.net' }

test('without any setting everything is local, embedded and simulated', () => {
  expect(installationFrom({})).toMatchObject({
    directory: expect.stringMatching(/\.carriergraph$/),
    ports: { gateway: 4000, network: 4001, billing: 4002, payments: 4003, risk: 4004, issuer: 4005, postgres: 4006 },
    databaseUrls: {},
    identity: null,
    production: false,
    simulator: true,
  })
})

test.each([
  ['a port that is none', { PORT_BILLING: 'many' }, 'PORT_BILLING: is "many", expected a port number'],
  ['a port left to the system', { PORT: '0' }, 'PORT: is 0, expected a port number'],
  ['one port for two', { PORT: '4001' }, 'PORT_NETWORK: is 4001, which PORT has already'],
  [
    'a database that is no PostgreSQL',
    { DATABASE_URL_RISK: 'mysql://there/risk' },
    'DATABASE_URL_RISK: is a mysql: URL',
  ],
  ['production without an issuer', { NODE_ENV: 'production' }, 'JWKS_URL: is missing'],
  ['keys without an issuer', { JWKS_URL: REAL_ISSUER.JWKS_URL }, 'JWT_ISSUER: is missing'],
  [
    'a simulator that is neither on nor off',
    { SIMULATOR: 'perhaps' },
    'SIMULATOR: is "perhaps", expected true or false',
  ],
  ['a weak signing key', { SIGNING_KEYS: 'k1:short' }, 'SIGNING_KEYS: the secret of entry 1 is too short'],
])('refuses %s', (_, env, fault) => {
  expect(() => installationFrom(env)).toThrow(fault)
})

test('tells all faults at once, also those between variables and those of the services', () => {
  const faultsOf = (env: NodeJS.ProcessEnv) => {
    try {
      return installationFrom(env)
    } catch (error) {
      return error instanceof ConfigError ? error.faults.map((fault) => fault.split(':')[0]).sort() : error
    }
  }
  expect(faultsOf({ PORT: 'abc', PORT_RISK: '4001', JWKS_URL: REAL_ISSUER.JWKS_URL })).toEqual([
    'JWT_ISSUER',
    'PORT',
    'PORT_RISK',
  ])
  expect(
    faultsOf({
      LOG_LEVEL: 'loud',
      RISK_DEADLINE_MS: 'abc',
      RISK_FALLBACK_LIMIT: '-5',
      DEPTH_MAX: '0',
      CORS_ORIGINS: ',',
    }),
  ).toEqual(['CORS_ORIGINS', 'DEPTH_MAX', 'LOG_LEVEL', 'RISK_DEADLINE_MS', 'RISK_FALLBACK_LIMIT'])
})

test('production has no simulator, and neither has SIMULATOR=off', () => {
  expect(installationFrom({ NODE_ENV: 'production', ...REAL_ISSUER }).simulator).toBe(false)
  expect(installationFrom({ SIMULATOR: 'off' }).simulator).toBe(false)
})

test('signing keys of one’s own are used as they are', () => {
  const keys = `new:${'n'.repeat(32)},old:${'o'.repeat(32)}`
  expect(installationFrom({ SIGNING_KEYS: keys }).signingKeys).toBe(keys)
})

test('keys of the card vault that are at fault are found before anything starts', () => {
  expect(() => installationFrom({ VAULT_KEY: 'x' })).toThrow('VAULT_KEY: entry 1 is no key')
  expect(() => installationFrom({ VAULT_KEY_FILE: '/nowhere' })).toThrow('VAULT_KEY_FILE: cannot be read (ENOENT)')
  expect(installationFrom({}).vaultKeys).toBeNull()
  expect(installationFrom({ VAULT_KEY: newKeyRingText() }).vaultKeys).toHaveProperty('VAULT_KEY')
})

test('a token issuer of one’s own leaves the development issuer’s port alone', () => {
  const variables = (env: NodeJS.ProcessEnv) => listenersOf(installationFrom(env)).map(({ variable }) => variable)
  expect(variables({})).toContain('PORT_ISSUER')
  expect(variables(REAL_ISSUER)).not.toContain('PORT_ISSUER')
})

const WIRING = {
  databaseUrls: { network: 'n', billing: 'b', payments: 'p', risk: 'r' },
  eventBusUrl: 'bus',
  signingKeys: 'key:secret',
  vaultKeys: { VAULT_KEY_FILE: '/home/vault-keys' },
  identity: { jwksUrl: 'https://id.example.net/keys', issuer: 'issuer', audience: 'graph' },
  playgroundToken: null,
}

test('each service is told its own secrets and no others, and inherits what is meant for all', () => {
  vi.stubEnv('DATABASE_URL_BILLING', 'postgres://given')
  vi.stubEnv('PGPASSWORD', 'somebody else’s')
  vi.stubEnv('SIGNING_KEYS', 'given')
  vi.stubEnv('VAULT_KEY', 'given')
  vi.stubEnv('LOG_LEVEL', 'debug')
  const installation = installationFrom({})
  const [network, , payments] = subgraphServices(installation, WIRING)
  const gateway = gatewayService(installation, WIRING)
  const simulator = simulatorService(installation, 'token')
  for (const spec of [network, payments, gateway, simulator]) {
    expect(spec?.env).toMatchObject({ LOG_LEVEL: 'debug' })
    expect(spec?.env).not.toHaveProperty('DATABASE_URL_BILLING')
    expect(spec?.env).not.toHaveProperty('PGPASSWORD')
    expect(spec?.env).not.toHaveProperty('VAULT_KEY')
  }
  expect(network?.env).toMatchObject({ DATABASE_URL: 'n', EVENT_BUS_URL: 'bus', SIGNING_KEYS: 'key:secret' })
  expect(network?.env).not.toHaveProperty('RISK_URL')
  for (const spec of [network, gateway, simulator]) expect(spec?.env).not.toHaveProperty('VAULT_KEY_FILE')
  expect(payments?.env).toMatchObject({
    DATABASE_URL: 'p',
    RISK_URL: 'http://127.0.0.1:4004/graphql',
    VAULT_KEY_FILE: '/home/vault-keys',
  })
  expect(gateway.env).not.toHaveProperty('DATABASE_URL')
  expect(gateway.env).not.toHaveProperty('PLAYGROUND_TOKEN')
  expect(simulator.env).not.toHaveProperty('SIGNING_KEYS')
  vi.unstubAllEnvs()
})

test('each service serves its metrics on a port of its own, or none does', () => {
  const installation = installationFrom({})
  const portsOf = () =>
    [gatewayService(installation, WIRING), ...subgraphServices(installation, WIRING)].map(
      ({ env }) => env?.METRICS_PORT,
    )
  expect(new Set(portsOf())).toEqual(new Set([undefined]))
  vi.stubEnv('METRICS_PORT', '9400')
  expect(portsOf()).toEqual(['9400', '9401', '9402', '9403', '9404'])
  vi.unstubAllEnvs()
})
