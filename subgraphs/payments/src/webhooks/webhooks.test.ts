// From an event to its receiver, on a real database and over HTTP: what is delivered, in which order, how often.

import { toUuid } from '@carriergraph/shared/ids.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import { silent } from '../testing/payments-database.ts'
import { answers, startReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts'
import { setWebhookStage, transportToLoopback, type WebhookStage } from '../testing/webhook-stage.ts'
import { PAUSE_AFTER_FAILURES } from './after-attempt.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { deleteEndpoint, pauseEndpoint, resumeEndpoint, rotateSecret } from './endpoints.ts'
import { WEBHOOK_EVENT_TYPES } from './event-types.ts'
import { DELIVERY_RETENTION_DAYS, webhookFanOut } from './fan-out.ts'
import { replayDeliveries } from './replay.ts'
import { CLAIM_MS, SENDING_MAX, SENDING_OF_ENDPOINT_MAX } from './sender.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
let receiver: WebhookReceiver
beforeEach(async () => {
  stage = await setWebhookStage()
  receiver = await startReceiver()
})
afterEach(async () => {
  await stage[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const idsOf = (from = receiver) => from.received.map(({ headers }) => headers['webhook-id'])
const statuses = async (tenant?: string) => (await stage.deliveries(tenant)).map(({ status }) => status)
const journalOf = async (prefix: string) => {
  const rows = await stage.database.sql.system<{ type: string; data: string }[]>`
    select type, data::text as data from journal where type like ${`${prefix}%`} order by xid, seq`
  return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) }))
}
/** Sends until nothing is due, however often time has to move for it. */
async function exhaust(): Promise<void> {
  const sender = stage.sender()
  for (let rounds = 0; rounds < 100; rounds += 1) {
    if ((await sender.runOnce()) > 0) continue
    if (!(await statuses()).includes('PENDING')) return
    stage.clock.advance(DAY_MS)
  }
}

describe('a delivery', () => {
  it('brings an event to every endpoint of its tenant that wants it, signed with the secret of each', async () => {
    const second = await startReceiver()
    const first = await stage.endpoint(receiver.url)
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
      [receiver, first],
      [second, other],
    ] as const) {
      expect(at.received).toHaveLength(1)
      const { headers, body } = at.last()
      expect(headers['webhook-id']).toBe(id)
      expect(headers['webhook-timestamp']).toBe('1795262400')
      expect(new Webhook(secret.reveal()).sign(id, stage.clock(), body)).toBe(headers['webhook-signature'])
      expect(JSON.parse(body)).toEqual(expected)
    }
    expect(await statuses()).toEqual(['DELIVERED', 'DELIVERED'])
    await second[Symbol.asyncDispose]()
  })

  it('is made of events from the registration on, once, however often the journal is read', async () => {
    await stage.happen('pay_before')
    stage.clock.advance(1)
    const { endpoint } = await stage.endpoint(receiver.url)
    const id = await stage.happen('pay_after')
    await stage.fanOut()
    const event = {
      id,
      tenant: 'demo',
      type: 'payment.created',
      aggregate: { type: 'payment', id: 'pay_after' },
      version: 1,
    }
    const bus = webhookFanOut({
      database: stage.database,
      clock: stage.clock,
      log: silent,
      onDeliveries: () => undefined,
    })
    const more = { data: {}, actor: 'a', correlationId: 'c', causationId: null, occurredAt: stage.clock(), source: 's' }
    await bus.publish([{ ...event, ...more }])
    expect(await stage.deliveries()).toMatchObject([{ endpointId: endpoint.id, eventId: id, attempts: 0 }])
  })

  it('comes again with growing pauses under the same id, with a new timestamp, until it is taken', async () => {
    await stage.endpoint(receiver.url)
    const id = await stage.happen('pay_1')
    await stage.fanOut()
    const sender = stage.sender()
    receiver.behave(answers(500, 'out of order'))
    await sender.runOnce()
    expect(await sender.runOnce()).toBe(0)
    stage.clock.advance(3_749)
    expect(await sender.runOnce()).toBe(0)
    stage.clock.advance(1)
    expect(await sender.runOnce()).toBe(1)
    receiver.behave(answers(200))
    stage.clock.advance(DAY_MS)
    expect(await sender.runOnce()).toBe(1)
    expect(idsOf()).toEqual([id, id, id])
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
    expect(await statuses()).toEqual(['DELIVERED'])
  })

  it('is dead after its last try, with an event, and can be replayed under the same id', async () => {
    const { endpoint } = await stage.endpoint(receiver.url)
    const id = await stage.happen('pay_1')
    await stage.fanOut()
    receiver.behave(answers(503))
    await exhaust()
    expect(receiver.received).toHaveLength(ATTEMPTS_MAX)
    const [dead] = await stage.deliveries()
    expect(dead).toMatchObject({ status: 'DEAD', attempts: ATTEMPTS_MAX })
    expect(await journalOf('webhook_delivery.')).toMatchObject([
      {
        type: 'webhook_delivery.died',
        data: { eventId: id, endpointId: endpoint.id, outcome: 'HTTP_STATUS', httpStatus: 503 },
      },
    ])
    receiver.behave(answers(204))
    const db = stage.database.forTenant('demo')
    const which = { from: new Date(0), to: stage.clock() }
    expect(await replayDeliveries(db, { endpointId: endpoint.id, which }, stage.provenance())).toMatchObject({
      value: { count: 1, hasMore: false },
    })
    expect(await replayDeliveries(db, { endpointId: endpoint.id, which }, stage.provenance())).toMatchObject({
      value: { count: 0 },
    })
    await stage.sender().runOnce()
    expect(idsOf()).toEqual(Array(ATTEMPTS_MAX + 1).fill(id))
    expect(await statuses()).toEqual(['DELIVERED'])
    // What was delivered is replayed where it is named, and may die anew.
    receiver.behave(answers(503))
    const again = { endpointId: endpoint.id, which: { ids: [dead?.id ?? 'whd_'] } }
    await replayDeliveries(db, again, stage.provenance())
    await exhaust()
    expect(receiver.received).toHaveLength(2 * ATTEMPTS_MAX + 1)
    const told = await journalOf('webhook_delivery.')
    expect(told.map(({ type, data }) => [type, data.attempts])).toEqual([
      ['webhook_delivery.died', ATTEMPTS_MAX],
      ['webhook_delivery.replayed', ATTEMPTS_MAX],
      ['webhook_delivery.replayed', ATTEMPTS_MAX + 1],
      ['webhook_delivery.died', 2 * ATTEMPTS_MAX + 1],
    ])
    for (const { type, data } of told) published[type as keyof typeof published].parse(data)
  })
})

describe('order', () => {
  it('holds for one subject at one endpoint: a later event waits until the earlier one is delivered or dead', async () => {
    await stage.endpoint(receiver.url)
    const one = await stage.happen('pay_1', { version: 1 })
    const two = await stage.happen('pay_1', { version: 2, type: 'payment.completed' })
    const other = await stage.happen('pay_2', { version: 1 })
    await stage.fanOut()
    receiver.behave((response, { headers }) => {
      response.writeHead(headers['webhook-id'] === one ? 500 : 200).end()
    })
    const sender = stage.sender()
    expect(await sender.runOnce()).toBe(2)
    expect(new Set(idsOf())).toEqual(new Set([one, other]))
    expect(await sender.runOnce()).toBe(0)
    receiver.behave(answers(200))
    stage.clock.advance(DAY_MS)
    expect(await sender.runOnce()).toBe(1)
    expect(await sender.runOnce()).toBe(1)
    expect(idsOf().slice(2)).toEqual([one, two])
  })

  it('goes on behind a dead one', async () => {
    await stage.endpoint(receiver.url)
    const one = await stage.happen('pay_1', { version: 1 })
    const two = await stage.happen('pay_1', { version: 2 })
    await stage.fanOut()
    receiver.behave((response, { headers }) => void response.writeHead(headers['webhook-id'] === one ? 500 : 200).end())
    await exhaust()
    expect(idsOf()).toEqual([...Array(ATTEMPTS_MAX).fill(one), two])
    expect(await statuses()).toEqual(['DEAD', 'DELIVERED'])
  })

  it('holds while many senders work at once, each event being sent once', async () => {
    await stage.endpoint(receiver.url)
    const expected = new Map<string, string[]>()
    for (let version = 1; version <= 6; version += 1)
      for (const subject of ['pay_1', 'pay_2', 'pay_3', 'pay_4', 'pay_5'])
        expected.set(subject, [...(expected.get(subject) ?? []), await stage.happen(subject, { version })])
    await stage.fanOut()
    const senders = [stage.sender(), stage.sender(), stage.sender()]
    while ((await statuses()).includes('PENDING')) await Promise.all(senders.map((sender) => sender.runOnce()))
    expect(receiver.received).toHaveLength(30)
    const came = Map.groupBy(receiver.received, ({ body }) => JSON.parse(body).subject.id)
    for (const [subject, ids] of expected)
      expect(came.get(subject)?.map(({ headers }) => headers['webhook-id'])).toEqual(ids)
  })
})

describe('an endpoint', () => {
  it('that is slow takes a few of the places, and leaves the others to the rest', async () => {
    const slow = await startReceiver()
    slow.behave(() => undefined)
    await stage.endpoint(slow.url)
    await stage.endpoint(receiver.url)
    for (let index = 0; index < SENDING_MAX; index += 1) await stage.happen(`pay_${index}`)
    await stage.fanOut()
    const sender = stage.sender()
    sender.start()
    await receiver.waitFor(SENDING_MAX)
    expect(slow.received.length).toBeLessThanOrEqual(SENDING_OF_ENDPOINT_MAX)
    await slow[Symbol.asyncDispose]()
    await sender.stop()
  })

  it('that fails again and again rests, whatever is due, and works on when it answers', async () => {
    await stage.endpoint(receiver.url)
    for (let index = 0; index < 8; index += 1) await stage.happen(`pay_${index}`)
    await stage.fanOut()
    receiver.behave(answers(500))
    const sender = stage.sender()
    expect(await sender.runOnce()).toBe(SENDING_OF_ENDPOINT_MAX)
    // Four are due, and nothing is tried.
    expect(await sender.runOnce()).toBe(0)
    receiver.behave(answers(200))
    stage.clock.advance(10_000)
    while ((await sender.runOnce()) > 0);
    expect(await statuses()).toEqual(Array(8).fill('DELIVERED'))
  })

  it('that asks to be left alone is, for as long as it says', async () => {
    await stage.endpoint(receiver.url)
    await stage.happen('pay_1')
    await stage.fanOut()
    receiver.behave(answers(429, '', { 'retry-after': '600' }))
    const sender = stage.sender()
    await sender.runOnce()
    stage.clock.advance(599_000)
    expect(await sender.runOnce()).toBe(0)
    stage.clock.advance(1_000)
    expect(await sender.runOnce()).toBe(1)
  })

  it('that is gone, or fails for days, is paused by itself; its deliveries wait', async () => {
    const { endpoint } = await stage.endpoint(receiver.url)
    await stage.happen('pay_1')
    await stage.fanOut()
    receiver.behave(answers(410))
    await stage.sender().runOnce()
    stage.clock.advance(DAY_MS)
    expect(await stage.sender().runOnce()).toBe(0)
    expect(await statuses()).toEqual(['PENDING'])
    const db = stage.database.forTenant('demo')
    await resumeEndpoint(db, endpoint.id, stage.provenance())
    receiver.behave(answers(500))
    for (const subject of ['pay_2', 'pay_3', 'pay_4']) await stage.happen(subject)
    await stage.fanOut()
    for (let round = 0; round < 40; round += 1) {
      await stage.sender().runOnce()
      stage.clock.advance(DAY_MS)
    }
    expect((await journalOf('webhook_endpoint.')).map(({ type, data }) => [type, data.pauseReason])).toEqual([
      ['webhook_endpoint.created', null],
      ['webhook_endpoint.paused', 'GONE'],
      ['webhook_endpoint.resumed', null],
      ['webhook_endpoint.paused', 'FAILING'],
    ])
    expect(receiver.received.length).toBeGreaterThan(PAUSE_AFTER_FAILURES)
    expect(receiver.received.length).toBeLessThan(4 * ATTEMPTS_MAX)
  })

  it('that is paused collects, and gets all of it in order when it is resumed', async () => {
    const { endpoint } = await stage.endpoint(receiver.url)
    const db = stage.database.forTenant('demo')
    await pauseEndpoint(db, endpoint.id, stage.provenance())
    const ids = [await stage.happen('pay_1'), await stage.happen('pay_1', { version: 2 })]
    await stage.fanOut()
    expect(await stage.sender().runOnce()).toBe(0)
    await resumeEndpoint(db, endpoint.id, stage.provenance())
    while ((await stage.sender().runOnce()) > 0);
    expect(idsOf()).toEqual(ids)
  })

  it('that is deleted gets nothing more; what waited is cancelled and its secrets are gone', async () => {
    const { endpoint } = await stage.endpoint(receiver.url)
    await stage.happen('pay_1')
    await stage.fanOut()
    const db = stage.database.forTenant('demo')
    await deleteEndpoint(db, endpoint.id, stage.provenance())
    expect(await deleteEndpoint(db, endpoint.id, stage.provenance())).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
    await stage.happen('pay_2')
    await stage.fanOut()
    expect(await stage.sender().runOnce()).toBe(0)
    const bus = webhookFanOut({
      database: stage.database,
      clock: stage.clock,
      log: silent,
      onDeliveries: () => undefined,
    })
    await bus.prune(stage.clock())
    expect(await statuses()).toEqual(['CANCELLED'])
    const [row] = await stage.database.sql.system`
      select sealed_secret, previous_sealed_secret from webhook_endpoint where id = ${toUuid(endpoint.id)}`
    expect(row).toEqual({ sealed_secret: null, previous_sealed_secret: null })
    // The URL may be registered anew.
    expect((await stage.endpoint(receiver.url)).endpoint.id).not.toBe(endpoint.id)
  })

  it('deleted while a try is under way: the try is recorded, and there is no other', async () => {
    const { endpoint } = await stage.endpoint(receiver.url)
    await stage.happen('pay_1')
    await stage.fanOut()
    receiver.behave(async (response) => {
      await deleteEndpoint(stage.database.forTenant('demo'), endpoint.id, stage.provenance())
      response.writeHead(500).end()
    })
    await stage.sender().runOnce()
    expect(await stage.deliveries()).toMatchObject([{ status: 'CANCELLED', attempts: 1 }])
  })
})

it('signs with both secrets while they overlap, and with the new one alone afterwards', async () => {
  const { endpoint, secret } = await stage.endpoint(receiver.url)
  const day = { id: endpoint.id, overlap_ms: DAY_MS }
  const rotated = await rotateSecret(stage.vault(), day, stage.provenance())
  if (!rotated.ok) throw new Error(rotated.code)
  const signatures = async (subject: string) => {
    const id = await stage.happen(subject)
    await stage.fanOut()
    await stage.sender().runOnce()
    const { headers, body } = receiver.last()
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
  const { endpoint } = await stage.endpoint(receiver.url)
  await stage.endpoint(`${receiver.url}/other`)
  await stage.database.sql.system`
    update webhook_endpoint set sealed_secret = (select sealed_secret from webhook_endpoint where id <> ${toUuid(endpoint.id)})
    where id = ${toUuid(endpoint.id)}`
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.sender().runOnce()
  expect(receiver.received.map(({ url }) => url)).toEqual(['/hooks/other'])
  const attempts = await stage.database.sql.system`select outcome from webhook_attempt order by outcome`
  expect([...attempts]).toEqual([{ outcome: 'DELIVERED' }, { outcome: 'SECRET_UNREADABLE' }])
})

it('two processes that believe to have a delivery: the one whose claim ran out records nothing', async () => {
  await stage.endpoint(receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  const mayEnd = Promise.withResolvers<void>()
  let second: Promise<number> | undefined
  receiver.behave(async (response) => {
    if (second !== undefined) {
      await mayEnd.promise
      response.writeHead(200).end()
      return
    }
    stage.clock.advance(CLAIM_MS)
    second = stage.sender().runOnce()
    await receiver.waitFor(2)
    response.writeHead(500).end()
  })
  await stage.sender().runOnce()
  const rows = await stage.database.sql.system`select attempts, status, claim is null as "isFree" from webhook_delivery`
  expect([...rows]).toEqual([{ attempts: 2, status: 'PENDING', isFree: false }])
  mayEnd.resolve()
  await second
  expect(await statuses()).toEqual(['DELIVERED'])
  const attempts = await stage.database.sql.system`select number, outcome from webhook_attempt`
  expect([...attempts]).toEqual([{ number: 2, outcome: 'DELIVERED' }])
})

it('a delivery whose tries were all begun and never ended is dead, and not tried for ever', async () => {
  await stage.endpoint(receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.database.sql.system`update webhook_delivery set attempts = ${ATTEMPTS_MAX}`
  await stage.sender().runOnce()
  expect(await statuses()).toEqual(['DEAD'])
  expect(receiver.received).toEqual([])
})

it('forgets what was finished a month ago, with its tries, and gives up what has waited as long', async () => {
  const { endpoint } = await stage.endpoint(receiver.url)
  await stage.happen('pay_1')
  await stage.fanOut()
  await stage.sender().runOnce()
  await pauseEndpoint(stage.database.forTenant('demo'), endpoint.id, stage.provenance())
  await stage.happen('pay_2')
  await stage.fanOut()
  const bus = webhookFanOut({
    database: stage.database,
    clock: stage.clock,
    log: silent,
    onDeliveries: () => undefined,
  })
  stage.clock.advance(DELIVERY_RETENTION_DAYS * DAY_MS)
  await bus.prune(stage.clock())
  expect(await statuses()).toEqual(['DELIVERED', 'PENDING'])
  stage.clock.advance(1)
  await bus.prune(stage.clock())
  expect(await statuses()).toEqual(['CANCELLED'])
  expect([...(await stage.database.sql.system`select from webhook_attempt`)]).toEqual([])
})

it('an endpoint sees no other tenant’s events, deliveries or secrets', async () => {
  const mine = await stage.endpoint(receiver.url)
  await stage.endpoint(receiver.url, { tenant: 'north' })
  await stage.happen('pay_1')
  await stage.fanOut()
  expect(await stage.deliveries('north')).toEqual([])
  const north = stage.database.forTenant('north')
  expect(await pauseEndpoint(north, mine.endpoint.id, stage.provenance())).toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
})

it('every event of the journal may either be sent, or is named as one that may not', () => {
  const kept = [
    ...['card.revealed', 'card.reveal_failed', 'data_key.made', 'fx_rates.imported', 'statement_import.completed'],
    ...['ledger_account.closed', 'ledger_account.frozen', 'ledger_account.limit_changed', 'ledger_account.opened'],
    ...['ledger_account.unfrozen', 'reconciliation_item.resolved', 'reconciliation_item.write_off_rejected'],
    ...['reconciliation_item.write_off_requested', 'reconciliation_item.written_off', 'reconciliation_run.completed'],
    ...['reconciliation_run.mismatched', 'settlement.closed', 'settlement.refused', 'settlement.reversed'],
    'settlement.settled',
  ]
  const own = Object.keys(published).filter((type) => type.startsWith('webhook_'))
  expect([...WEBHOOK_EVENT_TYPES, ...kept, ...own].toSorted()).toEqual(Object.keys(published).toSorted())
})

afterAll(() => transportToLoopback().close())
