// What a sealed number and its fingerprint are bound to, whoever can write to the tables.

import { createSecretKey, randomBytes } from 'node:crypto'
import { newId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { newKeyRingText } from './keys/key-ring.ts'
import { keyProviderFrom } from './keys/key-source.ts'
import { fingerprintOf, openNumber, sealNumber } from './sealed-number.ts'
import { SensitiveText } from './sensitive-text.ts'

const VISA = new SensitiveText('4111111111111111')

test('is opened for its tenant and card alone, under whatever id it is moved', () => {
  const dataKey = { id: newId('vdk'), key: createSecretKey(randomBytes(32)) }
  const cardId = newId('card')
  const sealed = sealNumber('north', cardId, dataKey, VISA)
  const opened = openNumber('north', cardId, dataKey, sealed)
  expect(opened.ok && opened.value.reveal()).toBe(VISA.reveal())
  expect(openNumber('south', cardId, dataKey, sealed)).toMatchObject({ ok: false, code: 'SEAL_BROKEN' })
  expect(openNumber('north', newId('card'), dataKey, sealed)).toMatchObject({ ok: false, code: 'SEAL_BROKEN' })
})

test('a fingerprint is of tenant, owner, number and lookup key: nobody learns who has the same card', async () => {
  const [text, older] = [newKeyRingText(), newKeyRingText()]
  const keys = keyProviderFrom({ VAULT_KEY: `${text}${older}` })
  const [ada, bruno] = [newId('usr'), newId('usr')]
  const [, lookup] = keys.lookupKeyIds
  const hex = async (...of: Parameters<typeof fingerprintOf>) =>
    Buffer.from((await fingerprintOf(...of)).fingerprint).toString('hex')
  const first = await hex({ tenant: 'north', keys }, ada, VISA)
  const others = await Promise.all([
    hex({ tenant: 'north', keys }, bruno, VISA),
    hex({ tenant: 'south', keys }, ada, VISA),
    hex({ tenant: 'north', keys }, ada, new SensitiveText('5555555555554444')),
    hex({ tenant: 'north', keys }, ada, VISA, lookup),
  ])
  expect(new Set([first, ...others]).size).toBe(5)
  expect(await hex({ tenant: 'north', keys }, ada, VISA)).toBe(first)
})
