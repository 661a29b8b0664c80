// kill -9 of the process that sends, between its steps: a repetition under the same id, and never a loss.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEATHS, sendAndDie } from '../testing/dying-sender.ts'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { CLAIM_MS } from './sender.ts'

let stage: WebhookStage
beforeAll(async () => {
  stage = await setWebhookStage()
  await stage.endpoint(stage.receiver.url)
})
afterAll(() => stage[Symbol.asyncDispose]())

it.each(DEATHS)('killed %s, it is sent by another process once the claim has run out', async (dieAt) => {
  stage.receiver.received.length = 0
  const id = await stage.happen(`pay_${dieAt}`)
  await stage.fanOut()
  const { url: databaseUrl, keyText } = stage
  await sendAndDie({ databaseUrl, keyText, now: stage.clock().toISOString(), dieAt })
  const before = dieAt === 'after sending, before the record' ? [id] : []
  expect(stage.receiver.ids()).toEqual(before)
  const sender = stage.sender()
  stage.clock.advance(CLAIM_MS - 1)
  expect(await sender.runOnce()).toBe(0)
  stage.clock.advance(1)
  expect(await sender.runOnce()).toBe(1)
  expect(stage.receiver.ids()).toEqual([...before, id])
  expect((await stage.deliveries()).at(-1)).toMatchObject({ status: 'DELIVERED', attempts: 2 })
})
