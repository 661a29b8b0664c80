// With which secrets deliveries are signed.

import { toUuid } from '@carriergraph/shared/ids.ts'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { rotateSecret } from './endpoints.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

it('signs with both secrets while they overlap, and with the new one alone afterwards', async () => {
  const { endpoint, secret } = await stage.endpoint(stage.receiver.url)
  const day = { id: endpoint.id, overlap_ms: DAY_MS }
  const rotated = await rotateSecret(stage.vault(), day, stage.provenance())
  if (!rotated.ok) throw new Error(rotated.code)
  const signatures = async (subject: string) => {
    const id = await stage.happen(subject)
    await stage.fanOut()
    await stage.sender().runOnce()
    const { headers, body } = stage.receiver.last()
    const by = [rotated.value.secret, secret].map((one) => new Webhook(one.reveal()).sign(id, stage.clock(), body))
    return { sent: String(headers['webhook-signature']).split(' '), by }
  }
  const during = await signatures('pay_1')
  expect(during.sent).toEqual(during.by)
  stage.clock.advance(DAY_MS)
  const after = await signatures('pay_2')
  expect(after.sent).toEqual(after.by.slice(0, 1))
  // Of a third secret on, the first is gone even in its time; without overlap, at once.
  await rotateSecret(stage.vault(), day, stage.provenance())
  await rotateSecret(stage.vault(), { id: endpoint.id, overlap_ms: 0 }, stage.provenance())
  expect((await signatures('pay_3')).sent).toHaveLength(1)
})

it('a secret that cannot be read sends nothing, and the delivery waits', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.endpoint(`${stage.receiver.url}/other`)
  await stage.database.sql.system`
    update webhook_endpoint set sealed_secret = (select sealed_secret from webhook_endpoint where id <> ${toUuid(endpoint.id)})
    where id = ${toUuid(endpoint.id)}`
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.sender().runOnce()
  expect(stage.receiver.received.map(({ url }) => url)).toEqual(['/hooks/other'])
  const attempts = await stage.database.sql.system`select outcome from webhook_attempt order by outcome`
  expect([...attempts]).toEqual([{ outcome: 'DELIVERED' }, { outcome: 'SECRET_UNREADABLE' }])
})
