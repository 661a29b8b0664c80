import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, expect, test, vi } from 'vitest'
import { readGatewayConfig } from './config.ts'
import { coreOptionsFrom } from './core-options.ts'
import { TOY_SIGNING_KEYS } from './testing/keys.ts'
import { startTokenIssuer } from './testing/tokens.ts'

afterEach(() => vi.useRealTimers())

test('the clock of the issuer may be five seconds behind ours, and no more', async () => {
  const issuer = await startTokenIssuer()
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01') })
  const config = readGatewayConfig({ SIGNING_KEYS: TOY_SIGNING_KEYS, PERSISTED_DOCUMENTS: 'off', ...issuer.env })
  const { tokens } = await coreOptionsFrom(config, createLog({ service: 'test', level: 'silent' }))
  const outcomes = [-4, -6].map(async (expiresIn_s) =>
    tokens.verify(await issuer.bearer({ expiresIn_s })).then(
      () => 'accepted',
      (error) => error.extensions.reason,
    ),
  )
  expect(await Promise.all(outcomes)).toEqual(['accepted', 'TOKEN_EXPIRED'])
  await issuer.close()
})
