// What an endpoint does to its deliveries: slow, failing, paused, deleted, of another tenant.

import { toUuid } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { answers, startReceiver } from '../testing/webhook-receiver.ts'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { PAUSE_AFTER_FAILURES } from './after-attempt.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { deleteEndpoint, pauseEndpoint, resumeEndpoint } from './endpoints.ts'
import { SENDING_MAX, SENDING_OF_ENDPOINT_MAX } from './sender.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

it('an endpoint that is slow takes a few of the places, and leaves the others to the rest', async () => {
  const slow = await startReceiver()
  slow.behave(() => undefined)
  await stage.endpoint(slow.url)
  await stage.endpoint(stage.receiver.url)
  for (let index = 0; index < SENDING_MAX; index += 1) await stage.happen(`pay_${index}`)
  await stage.fanOut()
  const sender = stage.sender()
  sender.start()
  await stage.receiver.waitFor(SENDING_MAX)
  expect(slow.received.length).toBeLessThanOrEqual(SENDING_OF_ENDPOINT_MAX)
  await slow[Symbol.asyncDispose]()
  await sender.stop()
})

it('an endpoint that fails again and again rests, whatever is due, and works on when it answers', async () => {
  await stage.endpoint(stage.receiver.url)
  for (let index = 0; index < 8; index += 1) await stage.happen(`pay_${index}`)
  await stage.fanOut()
  stage.receiver.behave(answers(500))
  const sender = stage.sender()
  expect(await sender.runOnce()).toBe(SENDING_OF_ENDPOINT_MAX)
  // Four are due, and nothing is tried.
  expect(await sender.runOnce()).toBe(0)
  stage.receiver.behave(answers(200))
  stage.clock.advance(10_000)
  while ((await sender.runOnce()) > 0);
  expect(await stage.statuses()).toEqual(Array(8).fill('DELIVERED'))
})

it('an endpoint that asks to be left alone is, for as long as it says', async () => {
  await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  stage.receiver.behave(answers(429, '', { 'retry-after': '600' }))
  const sender = stage.sender()
  await sender.runOnce()
  stage.clock.advance(599_000)
  expect(await sender.runOnce()).toBe(0)
  stage.clock.advance(1_000)
  expect(await sender.runOnce()).toBe(1)
})

it('an endpoint that is gone, or fails for days, is paused by itself; its deliveries wait', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  stage.receiver.behave(answers(410))
  await stage.sender().runOnce()
  stage.clock.advance(DAY_MS)
  expect(await stage.sender().runOnce()).toBe(0)
  expect(await stage.statuses()).toEqual(['PENDING'])
  const db = stage.database.forTenant('demo')
  await resumeEndpoint(db, endpoint.id, stage.provenance())
  stage.receiver.behave(answers(500))
  for (const subject of ['pay_2', 'pay_3', 'pay_4']) await stage.happen(subject)
  await stage.fanOut()
  for (let round = 0; round < 40; round += 1) {
    await stage.sender().runOnce()
    stage.clock.advance(DAY_MS)
  }
  expect((await stage.journal('webhook_endpoint.')).map(({ type, data }) => [type, data.pauseReason])).toEqual([
    ['webhook_endpoint.created', null],
    ['webhook_endpoint.paused', 'GONE'],
    ['webhook_endpoint.resumed', null],
    ['webhook_endpoint.paused', 'FAILING'],
  ])
  expect(stage.receiver.received.length).toBeGreaterThan(PAUSE_AFTER_FAILURES)
  expect(stage.receiver.received.length).toBeLessThan(4 * ATTEMPTS_MAX)
})

it('an endpoint that is paused collects, and gets all of it in order when it is resumed', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  const db = stage.database.forTenant('demo')
  await pauseEndpoint(db, endpoint.id, stage.provenance())
  const ids = [await stage.happen('pay_1'), await stage.happen('pay_1', { version: 2 })]
  await stage.fanOut()
  expect(await stage.sender().runOnce()).toBe(0)
  await resumeEndpoint(db, endpoint.id, stage.provenance())
  while ((await stage.sender().runOnce()) > 0);
  expect(stage.receiver.ids()).toEqual(ids)
})

it('an endpoint that is deleted gets nothing more; what waited is cancelled and its secrets are gone', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  const db = stage.database.forTenant('demo')
  await deleteEndpoint(db, endpoint.id, stage.provenance())
  expect(await stage.statuses()).toEqual(['CANCELLED'])
  expect(await deleteEndpoint(db, endpoint.id, stage.provenance())).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
  await stage.happen('pay_2')
  await stage.fanOut()
  expect(await stage.sender().runOnce()).toBe(0)
  expect(await stage.statuses()).toEqual(['CANCELLED'])
  const [row] = await stage.database.sql.system`
    select sealed_secret, previous_sealed_secret from webhook_endpoint where id = ${toUuid(endpoint.id)}`
  expect(row).toEqual({ sealed_secret: null, previous_sealed_secret: null })
  // The URL may be registered anew.
  expect((await stage.endpoint(stage.receiver.url)).endpoint.id).not.toBe(endpoint.id)
})

it('an endpoint deleted while a try is under way: the try is recorded, and there is no other', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  stage.receiver.behave(async (response) => {
    await deleteEndpoint(stage.database.forTenant('demo'), endpoint.id, stage.provenance())
    response.writeHead(500).end()
  })
  await stage.sender().runOnce()
  expect(await stage.deliveries()).toMatchObject([{ status: 'CANCELLED', attempts: 1 }])
})

it('an endpoint sees no other tenant’s events, deliveries or secrets', async () => {
  const mine = await stage.endpoint(stage.receiver.url)
  await stage.endpoint(stage.receiver.url, { tenant: 'north' })
  await stage.happen('pay_1')
  await stage.fanOut()
  expect(await stage.deliveries('north')).toEqual([])
  const north = stage.database.forTenant('north')
  expect(await pauseEndpoint(north, mine.endpoint.id, stage.provenance())).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
})
