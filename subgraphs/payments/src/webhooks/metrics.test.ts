import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { answers } from '../testing/webhook-receiver.ts'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { ATTEMPTS_MAX } from './backoff.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
let registry: Registry
beforeEach(async () => {
  stage = await setWebhookStage()
  registry = new Registry()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** The samples that are not of a bucket, as they are scraped. */
const scraped = async () =>
  Object.fromEntries(
    (await registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )

it('counts tries by how they ended, deliveries by theirs, and how old events are when they are taken', async () => {
  await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  const sender = stage.sender({ registry })
  stage.receiver.behave(answers(500))
  await sender.runOnce()
  expect(await scraped()).toEqual({
    'webhook_try_duration_seconds_count{outcome="HTTP_STATUS"}': 1,
    'webhook_try_duration_seconds_sum{outcome="HTTP_STATUS"}': 0,
    webhook_delivery_age_seconds_count: 0,
    webhook_delivery_age_seconds_sum: 0,
    webhook_tries_open: 0,
  })
  stage.receiver.behave(answers(204))
  stage.clock.advance(DAY_MS)
  await sender.runOnce()
  expect(await scraped()).toMatchObject({
    'webhook_try_duration_seconds_count{outcome="DELIVERED"}': 1,
    'webhook_deliveries_finished_total{status="DELIVERED"}': 1,
    webhook_delivery_age_seconds_count: 1,
    webhook_delivery_age_seconds_sum: DAY_MS / 1_000,
  })
})

it('counts what died, what is under way, and endpoints that were paused', async () => {
  await stage.endpoint(stage.receiver.url)
  const sender = stage.sender({ registry })
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.database.sql.system`update webhook_delivery set attempts = ${ATTEMPTS_MAX}`
  await sender.runOnce()
  await stage.happen('pay_2')
  await stage.fanOut()
  let open: unknown
  stage.receiver.behave(async (response) => {
    open = (await scraped()).webhook_tries_open
    response.writeHead(410).end()
  })
  await sender.runOnce()
  expect(open).toBe(1)
  expect(await scraped()).toMatchObject({
    'webhook_try_duration_seconds_count{outcome="LOST"}': 1,
    'webhook_deliveries_finished_total{status="DEAD"}': 1,
    'webhook_endpoints_paused_total{reason="GONE"}': 1,
    webhook_tries_open: 0,
  })
})
