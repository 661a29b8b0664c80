import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { rotateDataKey } from '../vault/data-keys.ts'
import type { SensitiveText } from '../vault/sensitive-text.ts'
import { deleteEndpoint, rotateSecret } from './endpoints.ts'
import { reencryptSecrets } from './reencrypt-secrets.ts'

const HOUR_MS = 3_600_000

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const reencrypt = async (tenant?: string) => {
  const outcome = await reencryptSecrets(stage.vault(tenant), stage.clock())
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value
}
const keysOf = async (id: `whe_${string}`) => {
  const [row] = await stage.database.sql.system<{ current: string; previous: string | null; version: number }[]>`
    select data_key_id as current, previous_data_key_id as previous, version from webhook_endpoint where id = ${toUuid(id)}`
  return row
}
async function rotated(id: `whe_${string}`, overlap_ms: number): Promise<SensitiveText> {
  const outcome = await rotateSecret(stage.vault(), { id, overlap_ms }, stage.provenance())
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value.secret
}
/** With which of the secrets the next delivery is signed. */
async function signedWith(secrets: readonly SensitiveText[]): Promise<boolean[]> {
  const id = await stage.happen(newId('pay'))
  await stage.fanOut()
  await stage.sender().runOnce()
  const { headers, body } = stage.receiver.last()
  const signatures = String(headers['webhook-signature']).split(' ')
  return secrets.map((secret) => signatures.includes(new Webhook(secret.reveal()).sign(id, stage.clock(), body)))
}

async function newDataKey() {
  const rotated = await rotateDataKey(stage.vault(), stage.provenance(), { force: false })
  if (!rotated.ok) throw new Error(rotated.code)
  return rotated.value
}

it('puts both secrets of an endpoint under the active data key, and deliveries are signed as before', async () => {
  const { endpoint, secret } = await stage.endpoint(stage.receiver.url)
  const second = await rotated(endpoint.id, HOUR_MS)
  const before = await keysOf(endpoint.id)
  stage.clock.advance(1)
  const active = await newDataKey()
  expect(await reencrypt()).toEqual({ total: 1, done: 1, unreadable: [] })
  const uuid = toUuid(active)
  expect(await keysOf(endpoint.id)).toEqual({ current: uuid, previous: uuid, version: before?.version })
  expect(await signedWith([secret, second])).toEqual([true, true])
  stage.clock.advance(HOUR_MS)
  expect(await signedWith([secret, second])).toEqual([false, true])
  expect(await reencrypt()).toEqual({ total: 0, done: 0, unreadable: [] })
})

it('erases a secret whose overlap is over, so that its data key is not needed any more', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await rotated(endpoint.id, HOUR_MS)
  stage.clock.advance(HOUR_MS)
  await newDataKey()
  expect(await reencrypt()).toMatchObject({ done: 1 })
  expect(await keysOf(endpoint.id)).toMatchObject({ previous: null })
})

it('tells of an endpoint whose secret cannot be read, leaves it as it is, and goes on with the others', async () => {
  const [damaged, other] = [
    await stage.endpoint(stage.receiver.url),
    await stage.endpoint(`${stage.receiver.url}/other`),
  ]
  await stage.database.sql.system`
    update webhook_endpoint set sealed_secret = set_byte(sealed_secret, 20, get_byte(sealed_secret, 20) # 1)
    where id = ${toUuid(damaged.endpoint.id)}`
  const before = await keysOf(damaged.endpoint.id)
  stage.clock.advance(1)
  const active = await newDataKey()
  const unreadable = [{ endpointId: damaged.endpoint.id, code: 'SEAL_BROKEN' }]
  expect(await reencrypt()).toEqual({ total: 2, done: 1, unreadable })
  expect(await keysOf(damaged.endpoint.id)).toEqual(before)
  expect(await keysOf(other.endpoint.id)).toMatchObject({ current: toUuid(active) })
})

it('leaves deleted endpoints and other tenants alone, and a secret that was rotated meanwhile', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  const deleted = await stage.endpoint(`${stage.receiver.url}/deleted`)
  await deleteEndpoint(stage.database.forTenant('demo'), deleted.endpoint.id, stage.provenance())
  const north = await stage.endpoint(stage.receiver.url, { tenant: 'north' })
  stage.clock.advance(1)
  await newDataKey()
  const vault = stage.vault()
  // The first unwrapping is of the key to put it under, the second of the key that it is under.
  let unwrapped = 0
  let fresh: SensitiveText | undefined
  const during = {
    ...vault,
    keys: {
      ...vault.keys,
      unwrap: async (...asked: Parameters<typeof vault.keys.unwrap>) => {
        unwrapped += 1
        if (unwrapped === 2) fresh = await rotated(endpoint.id, 0)
        return vault.keys.unwrap(...asked)
      },
    },
  }
  const outcome = await reencryptSecrets(during, stage.clock())
  expect(outcome).toEqual({ ok: true, value: { total: 1, done: 0, unreadable: [] } })
  if (fresh === undefined) throw new Error('The secret was not rotated meanwhile.')
  expect(await signedWith([fresh])).toEqual([true])
  const under = await keysOf(north.endpoint.id)
  await reencrypt()
  expect(await keysOf(north.endpoint.id)).toEqual(under)
})
