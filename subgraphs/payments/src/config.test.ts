import { readConfig } from '@carriergraph/shared/config.ts'
import { expect, test } from 'vitest'
import { SETTINGS } from './config.ts'

const ENVIRONMENT = {
  PORT: '4003',
  DATABASE_URL: 'postgres://payments@127.0.0.1/payments',
  EVENT_BUS_URL: 'postgres://bus@127.0.0.1/bus',
  SIGNING_KEYS: `k1:${'s'.repeat(32)}`,
  JWKS_URL: 'http://127.0.0.1:4005/jwks.json',
  JWT_ISSUER: 'issuer',
  RISK_URL: 'http://127.0.0.1:4004/graphql',
}

test('risk has 800 ms, and the fallback lets 50.00 through, unless the environment says otherwise', () => {
  const defaults = readConfig(SETTINGS, ENVIRONMENT)
  expect([defaults.RISK_DEADLINE_MS, defaults.RISK_FALLBACK_LIMIT.toFixed(2)]).toEqual([800, '50.00'])
  const own = readConfig(SETTINGS, { ...ENVIRONMENT, RISK_DEADLINE_MS: '250', RISK_FALLBACK_LIMIT: '0' })
  expect([own.RISK_DEADLINE_MS, own.RISK_FALLBACK_LIMIT.toFixed()]).toEqual([250, '0'])
})

test.each(['-1', '1e3', '5O', 'NaN', '50,00'])('a fallback limit of %s is a fault of the configuration', (limit) => {
  expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, RISK_FALLBACK_LIMIT: limit })).toThrow(
    `RISK_FALLBACK_LIMIT: is "${limit}", expected a decimal of zero or more, such as 50.00`,
  )
})

test('without the address of risk it does not start', () => {
  const { RISK_URL: _, ...rest } = ENVIRONMENT
  expect(() => readConfig(SETTINGS, rest)).toThrow('RISK_URL: is missing')
})
