import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  bool,
  ConfigError,
  csv,
  ms,
  nodeEnv,
  port,
  readConfig,
  seconds,
  secretsList,
  url,
  urlOf,
  urlToFetch,
} from './config.ts'

const SECRET = 's3cr3t-of-forty-characters-for-the-tests'

function faultsOf(schema: z.ZodType, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(schema, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('readConfig', () => {
  const schema = z.object({
    PORT: port.default(4001),
    JWKS_URL: url,
    KEYS_URL: urlToFetch.optional(),
    DATABASE_URL: urlOf('postgres:', 'postgresql:'),
    SIGNING_KEYS: secretsList,
    LOG_PRETTY: bool.default(false),
    ORIGINS: csv.default([]),
    DRAIN_MS: ms.default(10_000),
    LOG_LEVEL: z.enum(['debug', 'info']).default('info'),
  })

  test('reads each kind of field, and an empty variable as unset', () => {
    const config = readConfig(schema, {
      PORT: '',
      JWKS_URL: 'https://issuer.example/jwks',
      DATABASE_URL: 'postgres://u:p@db/x',
      SIGNING_KEYS: `new:${SECRET}, old:${SECRET}2`,
      LOG_PRETTY: 'TRUE',
      ORIGINS: ' a , b,',
      DRAIN_MS: '250',
      UNRELATED: 'x',
    })
    expect(config).toEqual({
      PORT: 4001,
      JWKS_URL: 'https://issuer.example/jwks',
      DATABASE_URL: 'postgres://u:p@db/x',
      SIGNING_KEYS: [
        { kid: 'new', secret: SECRET },
        { kid: 'old', secret: `${SECRET}2` },
      ],
      LOG_PRETTY: true,
      ORIGINS: ['a', 'b'],
      DRAIN_MS: 250,
      LOG_LEVEL: 'info',
    })
  })

  test('names every fault at once: the variable, what is wrong, what is expected', () => {
    expect(
      faultsOf(schema, { PORT: '70000', LOG_PRETTY: 'maybe', DRAIN_MS: '1.5', LOG_LEVEL: 'loud', SIGNING_KEYS: 'k' }),
    ).toEqual([
      'PORT: is "70000", expected a port number from 0 to 65535',
      'JWKS_URL: is missing, expected a URL that starts with http:// or https://',
      'DATABASE_URL: is missing, expected a URL that starts with postgres:// or postgresql://',
      'SIGNING_KEYS: entry 1 is not name:secret, expected name:secret[,name2:secret2], each secret of 32 characters or more',
      'LOG_PRETTY: is "maybe", expected true or false',
      'DRAIN_MS: is "1.5", expected a whole number of milliseconds, at most 2147483647',
      'LOG_LEVEL: Invalid option: expected one of "debug"|"info"',
    ])
  })

  test('keeps the faults that a schema finds between fields, under the variable that they name', () => {
    const paired = z.object({ A: z.string().optional(), B: z.string().optional() }).superRefine((config, context) => {
      if ((config.A === undefined) !== (config.B === undefined))
        context.addIssue({ code: 'custom', path: ['B'], message: 'is missing, expected with A' })
    })
    expect(faultsOf(paired, { A: 'x' })).toEqual(['B: is missing, expected with A'])
  })

  test('takes no duration that is longer than a timer waits', () => {
    const durations = z.object({ WAIT_MS: ms, WINDOW_S: seconds })
    expect(readConfig(durations, { WAIT_MS: '2147483647', WINDOW_S: '2147483' })).toEqual({
      WAIT_MS: 2_147_483_647,
      WINDOW_S: 2_147_483,
    })
    expect(faultsOf(durations, { WAIT_MS: '2147483648', WINDOW_S: '2147484' })).toEqual([
      'WAIT_MS: is "2147483648", expected a whole number of milliseconds, at most 2147483647',
      'WINDOW_S: is "2147484", expected a whole number of seconds, at most 2147483',
    ])
  })

  test.each(['Production', 'prod', 'staging'])('does not take %s for an environment that it knows', (NODE_ENV) => {
    const schemaOfEnv = z.object({ NODE_ENV: nodeEnv.default('development') })
    expect(faultsOf(schemaOfEnv, { NODE_ENV })).toEqual([
      'NODE_ENV: Invalid option: expected one of "production"|"development"|"test"',
    ])
    expect(readConfig(schemaOfEnv, {})).toEqual({ NODE_ENV: 'development' })
  })

  test.each(['https://user@host', 'https://:secret@host'])('refuses %s for what is fetched', (KEYS_URL) => {
    const fetched = z.object({ KEYS_URL: urlToFetch })
    expect(faultsOf(fetched, { KEYS_URL })).toEqual(['KEYS_URL: has a user or a password in it, expected neither'])
    expect(faultsOf(fetched, { KEYS_URL: 'ftp' })).toEqual([expect.stringContaining('is not a URL')])
    expect(faultsOf(fetched, { KEYS_URL: 'https://host/keys?of=us' })).toEqual([])
  })

  test.each([
    ['a password in a URL', { JWKS_URL: `ftp://user:${SECRET}@host` }],
    ['a password for what is fetched', { KEYS_URL: `https://user:${SECRET}@host` }],
    ['a password in a text that is no URL', { DATABASE_URL: `postgres//user:${SECRET}@host` }],
    ['a secret without a name', { SIGNING_KEYS: SECRET }],
    ['a secret that is too short', { SIGNING_KEYS: `k:${SECRET.slice(0, 20)}` }],
    ['two secrets of one name', { SIGNING_KEYS: `k:${SECRET},k:${SECRET}` }],
  ])('never echoes %s', (_case, env) => {
    const text = faultsOf(schema, env).join('\n')
    expect(text).toContain(Object.keys(env)[0])
    expect(text).not.toContain(SECRET.slice(0, 20))
  })
})
