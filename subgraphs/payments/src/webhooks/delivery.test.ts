// What becomes of one delivery, from its event to its stage.receiver, on a real database and over HTTP.

import { toUuid } from '@carriergraph/shared/ids.ts'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { published } from '../events.ts'
import { answers, startReceiver } from '../testing/webhook-receiver.ts'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { pauseEndpoint } from './endpoints.ts'
import { DELIVERY_RETENTION_DAYS } from './fan-out.ts'
import { REPLAY_ROWS_MAX, replayDeliveries } from './replay.ts'
import { CLAIM_MS } from './sender.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

it('a delivery brings an event to every endpoint of its tenant that wants it, signed with the secret of each', async () => {
  const second = await startReceiver()
  const first = await stage.endpoint(stage.receiver.url)
  const other = await stage.endpoint(second.url, { eventTypes: ['payment.created'] })
  await stage.endpoint(`${second.url}/failures`, { eventTypes: ['payment.failed'] })
  await stage.endpoint(`${second.url}/elsewhere`, { tenant: 'north' })
  const id = await stage.happen('pay_1', { version: 3 })
  await stage.fanOut()
  expect(await stage.sender().runOnce()).toBe(2)
  const expected = {
    type: 'payment.created',
    timestamp: '2026-11-21T12:00:00.000Z',
    id,
    subject: { type: 'payment', id: 'pay_1', version: 3 },
    data: { note: 'Zoë paid 12.50 €', paymentId: 'pay_1' },
  }
  for (const [at, { secret }] of [
    [stage.receiver, first],
    [second, other],
  ] as const) {
    expect(at.received).toHaveLength(1)
    const { headers, body } = at.last()
    expect(headers['webhook-id']).toBe(id)
    expect(headers['webhook-timestamp']).toBe('1795262400')
    expect(new Webhook(secret.reveal()).sign(id, stage.clock(), body)).toBe(headers['webhook-signature'])
    expect(JSON.parse(body)).toEqual(expected)
  }
  expect(await stage.statuses()).toEqual(['DELIVERED', 'DELIVERED'])
  await second[Symbol.asyncDispose]()
})

it('a delivery is made of events from the registration on, once, however often the journal is read', async () => {
  await stage.happen('pay_before')
  stage.clock.advance(1)
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  const id = await stage.happen('pay_after')
  await stage.fanOut()
  const event = {
    id,
    tenant: 'demo',
    type: 'payment.created',
    aggregate: { type: 'payment', id: 'pay_after' },
    version: 1,
  }
  const more = { data: {}, actor: 'a', correlationId: 'c', causationId: null, occurredAt: stage.clock(), source: 's' }
  await stage.bus.publish([{ ...event, ...more }])
  expect(await stage.deliveries()).toMatchObject([{ endpointId: endpoint.id, eventId: id, attempts: 0 }])
})

it('a delivery comes again with growing pauses under the same id, with a new timestamp, until it is taken', async () => {
  await stage.endpoint(stage.receiver.url)
  const id = await stage.happen('pay_1')
  await stage.fanOut()
  const sender = stage.sender()
  stage.receiver.behave(answers(500, 'out of order'))
  await sender.runOnce()
  expect(await sender.runOnce()).toBe(0)
  stage.clock.advance(3_749)
  expect(await sender.runOnce()).toBe(0)
  stage.clock.advance(1)
  expect(await sender.runOnce()).toBe(1)
  stage.receiver.behave(answers(200))
  stage.clock.advance(DAY_MS)
  expect(await sender.runOnce()).toBe(1)
  expect(stage.receiver.ids()).toEqual([id, id, id])
  expect(new Set(stage.receiver.received.map(({ body }) => body)).size).toBe(1)
  expect(new Set(stage.receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
  expect(await stage.statuses()).toEqual(['DELIVERED'])
})

it('a delivery is dead after its last try, with an event, and can be replayed under the same id', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  const id = await stage.happen('pay_1')
  await stage.fanOut()
  stage.receiver.behave(answers(503))
  await stage.exhaust()
  expect(stage.receiver.received).toHaveLength(ATTEMPTS_MAX)
  const [dead] = await stage.deliveries()
  expect(dead).toMatchObject({ status: 'DEAD', attempts: ATTEMPTS_MAX })
  expect(await stage.journal('webhook_delivery.')).toMatchObject([
    {
      type: 'webhook_delivery.died',
      data: { eventId: id, endpointId: endpoint.id, outcome: 'HTTP_STATUS', httpStatus: 503 },
    },
  ])
  stage.receiver.behave(answers(204))
  const db = stage.database.forTenant('demo')
  const which = { from: new Date(0), to: stage.clock() }
  expect(await replayDeliveries(db, { endpointId: endpoint.id, which }, stage.provenance())).toMatchObject({
    value: { count: 1, hasMore: false },
  })
  expect(await replayDeliveries(db, { endpointId: endpoint.id, which }, stage.provenance())).toMatchObject({
    value: { count: 0 },
  })
  await stage.sender().runOnce()
  expect(stage.receiver.ids()).toEqual(Array(ATTEMPTS_MAX + 1).fill(id))
  expect(await stage.statuses()).toEqual(['DELIVERED'])
  // What was delivered is replayed where it is named, and may die anew.
  stage.receiver.behave(answers(503))
  const again = { endpointId: endpoint.id, which: { ids: [dead?.id ?? 'whd_'] } }
  await replayDeliveries(db, again, stage.provenance())
  await stage.exhaust()
  expect(stage.receiver.received).toHaveLength(2 * ATTEMPTS_MAX + 1)
  const told = await stage.journal('webhook_delivery.')
  expect(told.map(({ type, data }) => [type, data.attempts])).toEqual([
    ['webhook_delivery.died', ATTEMPTS_MAX],
    ['webhook_delivery.replayed', ATTEMPTS_MAX],
    ['webhook_delivery.replayed', ATTEMPTS_MAX + 1],
    ['webhook_delivery.died', 2 * ATTEMPTS_MAX + 1],
  ])
  for (const { type, data } of told) published[type as keyof typeof published].parse(data)
})

it('of more dead deliveries than are replayed at once, some are left, and it says so', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  stage.receiver.behave(answers(503))
  await stage.exhaust()
  await stage.database.sql.system`
    insert into webhook_delivery (tenant_id, id, endpoint_id, event_id, event_type, subject_type, subject_id,
      subject_version, status, attempts, attempts_before_replay, next_attempt_at, version, created_at, finished_at)
    select tenant_id, uuidv7(), endpoint_id, uuidv7(), event_type, subject_type, subject_id, subject_version, status,
      attempts, attempts_before_replay, next_attempt_at, version, created_at, finished_at
    from webhook_delivery, generate_series(1, ${REPLAY_ROWS_MAX}::int) where endpoint_id = ${toUuid(endpoint.id)}`
  const which = { from: new Date(0), to: stage.clock() }
  const replay = () =>
    replayDeliveries(stage.database.forTenant('demo'), { endpointId: endpoint.id, which }, stage.provenance())
  expect(await replay()).toMatchObject({ value: { count: REPLAY_ROWS_MAX, hasMore: true } })
  expect(await replay()).toMatchObject({ value: { count: 1, hasMore: false } })
})

it('two processes that believe to have a delivery: the one whose claim ran out records nothing', async () => {
  await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  const mayEnd = Promise.withResolvers<void>()
  let second: Promise<number> | undefined
  stage.receiver.behave(async (response) => {
    if (second !== undefined) {
      await mayEnd.promise
      response.writeHead(200).end()
      return
    }
    stage.clock.advance(CLAIM_MS)
    second = stage.sender().runOnce()
    await stage.receiver.waitFor(2)
    response.writeHead(500).end()
  })
  await stage.sender().runOnce()
  const rows = await stage.database.sql.system`select attempts, status, claim is null as "isFree" from webhook_delivery`
  expect([...rows]).toEqual([{ attempts: 2, status: 'PENDING', isFree: false }])
  mayEnd.resolve()
  await second
  expect(await stage.statuses()).toEqual(['DELIVERED'])
  const attempts = await stage.database.sql.system`select number, outcome from webhook_attempt`
  expect([...attempts]).toEqual([{ number: 2, outcome: 'DELIVERED' }])
})

it('a delivery whose tries were all begun and never ended is dead, and not tried for ever', async () => {
  await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.database.sql.system`update webhook_delivery set attempts = ${ATTEMPTS_MAX}`
  await stage.sender().runOnce()
  expect(await stage.statuses()).toEqual(['DEAD'])
  expect(stage.receiver.received).toEqual([])
})

it('forgets what was finished a month ago, with its tries, and gives up what has waited as long', async () => {
  const { endpoint } = await stage.endpoint(stage.receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.sender().runOnce()
  await pauseEndpoint(stage.database.forTenant('demo'), endpoint.id, stage.provenance())
  await stage.happen('pay_2')
  await stage.fanOut()
  stage.clock.advance(DELIVERY_RETENTION_DAYS * DAY_MS)
  await stage.prune()
  expect(await stage.statuses()).toEqual(['DELIVERED', 'PENDING'])
  stage.clock.advance(1)
  await stage.prune()
  expect(await stage.statuses()).toEqual(['CANCELLED'])
  expect([...(await stage.database.sql.system`select from webhook_attempt`)]).toEqual([])
})
