import { readConfig } from '@carriergraph/shared/config.ts'
import { expect, test } from 'vitest'
import { RISK_DEADLINE_MS_MAX, SETTINGS } from './config.ts'
import { UNFINISHED_AGE_MS } from './flow/sweeper.ts'
import { webhookPolicy } from './webhooks/settings.ts'

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

test.each(['0', '10001', '999999999999999', '-1', '1.5'])(
  'a deadline of %s ms is a fault of the configuration',
  (deadline) => {
    expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, RISK_DEADLINE_MS: deadline })).toThrow('RISK_DEADLINE_MS: ')
  },
)

test('a deadline may be as short as 1 ms and as long as 10 s', () => {
  for (const deadline of ['1', '10000'])
    expect(readConfig(SETTINGS, { ...ENVIRONMENT, RISK_DEADLINE_MS: deadline }).RISK_DEADLINE_MS).toBe(Number(deadline))
})

test('the longest deadline ends well before the sweeper takes a payment for abandoned', () => {
  expect(RISK_DEADLINE_MS_MAX * 2).toBeLessThan(UNFINISHED_AGE_MS)
})

test('accounts are reconciled from 6:00 UTC on, unless the environment says another hour of the day', () => {
  expect(readConfig(SETTINGS, ENVIRONMENT).RECONCILIATION_HOUR).toBe(6)
  for (const hour of ['0', '23'])
    expect(readConfig(SETTINGS, { ...ENVIRONMENT, RECONCILIATION_HOUR: hour }).RECONCILIATION_HOUR).toBe(Number(hour))
  for (const hour of ['24', '-1', '6:00', 'x'])
    expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, RECONCILIATION_HOUR: hour })).toThrow('RECONCILIATION_HOUR: ')
})

test('spaces around a limit do no harm, and an address that is none does', () => {
  const limited = readConfig(SETTINGS, { ...ENVIRONMENT, RISK_FALLBACK_LIMIT: ' 10.00 ' })
  expect(limited.RISK_FALLBACK_LIMIT.toFixed(2)).toBe('10.00')
  expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, RISK_URL: 'risk:4004' })).toThrow('RISK_URL: ')
})

test('without the address of risk it does not start', () => {
  const { RISK_URL: _, ...rest } = ENVIRONMENT
  expect(() => readConfig(SETTINGS, rest)).toThrow('RISK_URL: is missing')
})

test('webhooks go to ports 443 and 8443 and not to this machine, unless the environment says otherwise', () => {
  const policyOf = (more: Record<string, string>) => webhookPolicy(readConfig(SETTINGS, { ...ENVIRONMENT, ...more }))
  const defaults = policyOf({})
  expect([[...defaults.ports], defaults.allowsLoopback, defaults.refuses('203.0.114.1')]).toEqual([
    [443, 8443],
    false,
    false,
  ])
  const own = policyOf({
    WEBHOOK_PORTS: '9443',
    WEBHOOK_LOOPBACK: 'true',
    WEBHOOK_REFUSED_RANGES: '203.0.114.0/24, 2a00::/16',
  })
  expect([[...own.ports], own.allowsLoopback, own.refuses('203.0.114.1')]).toEqual([[9443], true, true])
})

test.each([
  ['WEBHOOK_PORTS', '443,x'],
  ['WEBHOOK_PORTS', '0'],
  ['WEBHOOK_PORTS', '65536'],
  ['WEBHOOK_REFUSED_RANGES', '10.0.0.0'],
  ['WEBHOOK_REFUSED_RANGES', '10.0.0.0/33'],
  ['WEBHOOK_LOOPBACK', 'perhaps'],
])('%s=%s is a fault of the configuration', (name, value) => {
  expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, [name]: value })).toThrow(`${name}: `)
})

test('webhooks to this machine are a fault of the configuration in production', () => {
  const settings = readConfig(SETTINGS, { ...ENVIRONMENT, WEBHOOK_LOOPBACK: 'true', NODE_ENV: 'production' })
  expect(() => webhookPolicy(settings)).toThrow('WEBHOOK_LOOPBACK: is true in production')
})

test('an exchange costs half a percent, two in a thousand and one euro, unless the environment says otherwise', () => {
  const costs = (more: Record<string, string>) => {
    const { FX_SPREAD_BPS, FX_FEE_BPS, FX_FEE_FIXED_EUR } = readConfig(SETTINGS, { ...ENVIRONMENT, ...more })
    return [FX_SPREAD_BPS, FX_FEE_BPS, FX_FEE_FIXED_EUR.toFixed(2)]
  }
  expect(costs({})).toEqual([50, 20, '1.00'])
  expect(costs({ FX_SPREAD_BPS: '0', FX_FEE_BPS: '1000', FX_FEE_FIXED_EUR: '0' })).toEqual([0, 1_000, '0.00'])
  for (const [name, value] of [
    ['FX_SPREAD_BPS', '1001'],
    ['FX_FEE_BPS', '-1'],
    ['FX_FEE_BPS', '0.5'],
    ['FX_FEE_FIXED_EUR', '-1'],
  ] as const)
    expect(() => readConfig(SETTINGS, { ...ENVIRONMENT, [name]: value })).toThrow(`${name}: is "${value}"`)
})
