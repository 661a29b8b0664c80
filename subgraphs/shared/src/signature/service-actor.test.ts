import { expect, it } from 'vitest'
import { parseSigningKeys } from './keys.ts'
import { decodeServiceActor, encodeServiceActor } from './service-actor.ts'
import { signRequest } from './sign.ts'
import { createSignatureVerifier } from './verify.ts'

const keys = parseSigningKeys('k1:a-secret-of-at-least-32-characters')
const now = new Date('2026-11-21T09:00:00.000Z')
const actor = encodeServiceActor({ name: 'caller', tenant: 'demo', scopes: ['things:read'] })
const request = { method: 'POST', path: '/graphql', body: '{}' }

it('gives back the actor that was signed', () => {
  expect(decodeServiceActor(actor)).toEqual({
    kind: 'service',
    subject: 'svc:caller',
    tenant: 'demo',
    roles: ['service'],
    scopes: new Set(['things:read']),
  })
})

it.each([
  ['another actor', encodeServiceActor({ name: 'caller', tenant: 'other', scopes: [] })],
  ['no actor where one was signed', ''],
])('refuses %s under a signature made for this one', (_, other) => {
  const header = signRequest({ ...request, actor, keys, now })
  const verifier = createSignatureVerifier({ keys, clock: () => now })
  expect(verifier.verify({ ...request, actor: other, header })).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
  expect(verifier.verify({ ...request, actor, header })).toMatchObject({ ok: true })
})

it.each([
  'garbage',
  '',
  Buffer.from('{"name":"x"}').toString('base64url'),
  encodeServiceActor({ name: 'caller', tenant: '*', scopes: [] }),
  encodeServiceActor({ name: 'caller', tenant: 'anonymous', scopes: [] }),
])('takes %j for nobody', (value) => {
  expect(decodeServiceActor(value)).toBeUndefined()
})
