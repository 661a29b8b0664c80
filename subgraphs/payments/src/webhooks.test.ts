// Webhooks in the graph: who may register and see them, what each mutation refuses, and that a payment reaches its receiver.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { statementsOf } from '@carriergraph/shared/testing/statements.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'
import { answers, startReceiver, type WebhookReceiver } from './testing/webhook-receiver.ts'
import { ENDPOINTS_MAX } from './webhooks/endpoints.ts'

const PATIENCE = { timeout: 20_000, interval: 20 }
const admin = { operator: true, scopes: 'payments:read payments:write payments:admin' } as const

let graph: PaymentsGraph
let receiver: WebhookReceiver
beforeAll(async () => {
  graph = await runPayments()
  receiver = await startReceiver()
})
afterAll(async () => {
  await graph[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})
afterEach(() => {
  receiver.received.length = 0
  receiver.behave(answers(204))
})

const ENDPOINT =
  'id url description eventTypes status pauseReason previousSecretUntil failuresInRow createdAt deletedAt'
const mutation = (name: string, fields: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} errors { code message field } } }`
async function ask(
  name: string,
  input: Record<string, unknown>,
  fields = `endpoint { ${ENDPOINT} }`,
  caller: Caller = admin,
) {
  const { data, errors } = await graph.ask(caller, mutation(name, fields), { input })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data[name]
}
const create = (change: Record<string, unknown> = {}, tenant = 'demo') =>
  ask(
    'createWebhookEndpoint',
    { url: `${receiver.url}/${newId('evt')}`, eventTypes: ['payment.created', 'payment.completed'], ...change },
    `endpoint { ${ENDPOINT} } secret`,
    { ...admin, tenant },
  )
const DELIVERY = `id eventId eventType subjectId status attemptCount nextAttemptAt createdAt finishedAt endpoint { id url }
  attempts(first: 2) { nodes { number startedAt duration_ms outcome httpStatus responseExcerpt } pageInfo { hasNextPage } }`
const LIST = `query ($filter: WebhookDeliveryFilter, $first: Int, $after: Cursor) { webhookDeliveries(filter: $filter, first: $first, after: $after) {
  nodes { ${DELIVERY} } pageInfo { hasNextPage endCursor } } }`
const deliveriesOf = async (endpointId: string, more: Record<string, unknown> = {}) =>
  (await graph.ask(admin, LIST, { filter: { endpointId, ...more } })).data.webhookDeliveries.nodes

it('shows the secret once: an endpoint has none, in no query', async () => {
  const { endpoint, secret, errors } = await create({ description: 'CRM' })
  expect(errors).toEqual([])
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(endpoint).toEqual({
    id: expect.stringMatching(/^whe_/),
    url: expect.stringContaining(receiver.url),
    description: 'CRM',
    eventTypes: ['payment.completed', 'payment.created'],
    status: 'ACTIVE',
    pauseReason: null,
    previousSecretUntil: null,
    failuresInRow: 0,
    createdAt: graph.clock().toISOString(),
    deletedAt: null,
  })
  const { data } = await graph.ask(admin, `query ($id: ID!) { webhookEndpoint(id: $id) { ${ENDPOINT} } }`, {
    id: endpoint.id,
  })
  expect(data.webhookEndpoint).toEqual(endpoint)
  const { errors: refused } = await graph.ask(admin, 'query ($id: ID!) { webhookEndpoint(id: $id) { secret } }', {
    id: endpoint.id,
  })
  expect(refused?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
})

it('a payment reaches its receiver, event by event, signed', async () => {
  const { endpoint, secret } = await create()
  const purse = await graph.purseWith(10_000n)
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, newId('evt')))
  await expect.poll(async () => (await deliveriesOf(endpoint.id, { status: 'DELIVERED' })).length, PATIENCE).toBe(2)
  const mine = receiver.received.filter(({ url }) => endpoint.url.endsWith(url))
  expect(mine.map(({ body }) => JSON.parse(body).type)).toEqual(['payment.created', 'payment.completed'])
  for (const { headers, body } of mine)
    expect(new Webhook(secret).sign(headers['webhook-id'] ?? '', graph.clock(), body)).toBe(
      headers['webhook-signature'],
    )
  expect(JSON.parse(mine[1]?.body ?? '').data).toMatchObject({
    payerId: purse.userId,
    status: 'COMPLETED',
    amount: { amount: '12.50', currency: 'EUR' },
  })
  const [last] = await deliveriesOf(endpoint.id)
  expect(last).toMatchObject({
    eventType: 'payment.completed',
    status: 'DELIVERED',
    attemptCount: 1,
    nextAttemptAt: null,
    endpoint: { id: endpoint.id, url: endpoint.url },
    attempts: { nodes: [{ number: 1, outcome: 'DELIVERED', httpStatus: 204, responseExcerpt: null }] },
  })
})

it('a delivery that dies is told live, with what its receiver said, and is replayed', async () => {
  const { endpoint } = await create()
  receiver.behave(answers(500, 'disk full'))
  const live = await graph.live(admin)
  const stream = await live.open(
    'subscription { webhookDeliveryDied { cursor occurredAt delivery { id status attemptCount } } }',
  )
  const purse = await graph.purseWith(10_000n)
  await graph.ask(ownerOf(purse), CREATE, inputOf(purse, newId('evt')))
  // The later event waits behind the first.
  await expect.poll(async () => (await deliveriesOf(endpoint.id)).at(-1)?.attempts.nodes.length, PATIENCE).toBe(1)
  // Eight tries more, as if they had been made: only the last is of interest.
  await graph.database.sql.system`
    update webhook_delivery set attempts = 9 where attempts = 1 and status = 'PENDING'`
  graph.clock.advance(5_000)
  await expect.poll(async () => (await deliveriesOf(endpoint.id, { status: 'DEAD' })).length, PATIENCE).toBe(1)
  const [dead] = await deliveriesOf(endpoint.id, { status: 'DEAD' })
  for await (const { data } of stream) {
    // Those of other tests may die beside it.
    if (data.webhookDeliveryDied.delivery.id !== dead.id) continue
    expect(data.webhookDeliveryDied.delivery).toEqual({ id: dead.id, status: 'DEAD', attemptCount: 10 })
    break
  }
  expect(dead.attempts.nodes).toMatchObject([
    { number: 10, outcome: 'HTTP_STATUS', httpStatus: 500, responseExcerpt: 'disk full' },
    { number: 1 },
  ])
  receiver.behave(answers(204))
  const input = { endpointId: endpoint.id, deliveryIds: [dead.id] }
  expect(await ask('replayWebhookDeliveries', input, 'replayed hasMore')).toEqual({
    replayed: 1,
    hasMore: false,
    errors: [],
  })
  const delivered = async () =>
    (await deliveriesOf(endpoint.id, { status: 'DELIVERED' })).map(({ id }: { id: string }) => id)
  await expect.poll(delivered, PATIENCE).toContain(dead.id)
})

it('secrets rotate, with an overlap that is shown while it lasts', async () => {
  const { endpoint, secret } = await create()
  const rotate = (input: object) =>
    ask('rotateWebhookSecret', { endpointId: endpoint.id, ...input }, 'endpoint { previousSecretUntil } secret')
  const rotated = await rotate({})
  expect(rotated.secret).not.toBe(secret)
  expect(rotated.endpoint.previousSecretUntil).toBe(new Date(graph.clock().getTime() + 86_400_000).toISOString())
  graph.clock.advance(86_400_000)
  const { data } = await graph.ask(admin, 'query ($id: ID!) { webhookEndpoint(id: $id) { previousSecretUntil } }', {
    id: endpoint.id,
  })
  expect(data.webhookEndpoint.previousSecretUntil).toBeNull()
  expect((await rotate({ overlap_s: 0 })).endpoint.previousSecretUntil).toBeNull()
  for (const overlap_s of [-1, 604_801])
    expect(await rotate({ overlap_s })).toMatchObject({
      secret: null,
      errors: [{ code: 'INVALID_VALUE', field: ['overlap_s'] }],
    })
})

it('endpoints are paused, resumed and deleted, each again without effect', async () => {
  const { endpoint } = await create()
  const input = { endpointId: endpoint.id }
  for (const [name, status, pauseReason] of [
    ['pauseWebhookEndpoint', 'PAUSED', 'OPERATOR'],
    ['pauseWebhookEndpoint', 'PAUSED', 'OPERATOR'],
    ['resumeWebhookEndpoint', 'ACTIVE', null],
    ['resumeWebhookEndpoint', 'ACTIVE', null],
    ['deleteWebhookEndpoint', 'DELETED', null],
  ] as const)
    expect((await ask(name, input)).endpoint).toMatchObject({ status, pauseReason })
  const { data } = await graph.ask(admin, 'query { webhookEndpoints(first: 100) { nodes { id } } }')
  expect(data.webhookEndpoints.nodes).not.toContainEqual({ id: endpoint.id })
  const rows = await graph.database.sql.system<{ type: string }[]>`
    select type from journal where aggregate_id = ${endpoint.id} order by version`
  expect(rows.map(({ type }) => type)).toEqual(
    ['created', 'paused', 'resumed', 'deleted'].map((what) => `webhook_endpoint.${what}`),
  )
  for (const name of ['pauseWebhookEndpoint', 'resumeWebhookEndpoint', 'deleteWebhookEndpoint', 'rotateWebhookSecret'])
    expect((await ask(name, input)).errors).toMatchObject([{ code: 'ENDPOINT_NOT_FOUND', field: ['endpointId'] }])
})

it.each([
  ['INVALID_URL', ['url'], { url: 'example.com' }],
  ['INVALID_URL', ['url'], { url: 'https://example.com/hooks?card=4111111111111111' }],
  ['INVALID_URL', ['url'], { url: 'https://example.com/4111%201111%201111%201111' }],
  ['URL_SCHEME_REFUSED', ['url'], { url: 'http://example.com/' }],
  ['URL_PORT_REFUSED', ['url'], { url: 'https://example.com:8080/' }],
  ['URL_ADDRESS_REFUSED', ['url'], { url: 'https://169.254.169.254/' }],
  ['INVALID_VALUE', ['eventTypes'], { eventTypes: [] }],
  ['UNKNOWN_EVENT_TYPE', ['eventTypes'], { eventTypes: ['payment.created', 'payment.imagined'] }],
  ['UNKNOWN_EVENT_TYPE', ['eventTypes'], { eventTypes: ['card.revealed'] }],
  ['UNKNOWN_EVENT_TYPE', ['eventTypes'], { eventTypes: ['webhook_delivery.died'] }],
  ['INVALID_VALUE', ['description'], { description: '' }],
  ['INVALID_VALUE', ['description'], { description: 'a\u0000' }],
  ['INVALID_VALUE', ['description'], { description: 'of 4111 1111 1111 1111' }],
])('createWebhookEndpoint refuses with %s at %j', async (code, field, change) => {
  expect(await create(change)).toMatchObject({ endpoint: null, secret: null, errors: [{ code, field }] })
})

it('createWebhookEndpoint tells all faults at once, and refuses a URL that is there and an endpoint too many', async () => {
  const { errors } = await create({ url: 'x', eventTypes: ['x'], description: '' })
  expect(errors.map(({ code }: { code: string }) => code)).toEqual([
    'INVALID_URL',
    'UNKNOWN_EVENT_TYPE',
    'INVALID_VALUE',
  ])
  const { endpoint } = await create({}, 'crowded')
  expect((await create({ url: endpoint.url }, 'crowded')).errors).toMatchObject([
    { code: 'URL_REGISTERED', field: ['url'] },
  ])
  for (let index = 1; index < ENDPOINTS_MAX; index += 1) expect((await create({}, 'crowded')).errors).toEqual([])
  expect((await create({}, 'crowded')).errors).toMatchObject([{ code: 'TOO_MANY_ENDPOINTS' }])
})

it.each([
  ['INVALID_VALUE', null, {}],
  ['INVALID_VALUE', null, { from: '2026-11-21T00:00:00.000Z' }],
  ['INVALID_VALUE', null, { deliveryIds: [newId('whd')], from: '2026-11-21T00:00:00.000Z' }],
  ['INVALID_VALUE', ['to'], { from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }],
  ['INVALID_VALUE', ['deliveryIds'], { deliveryIds: [] }],
  ['INVALID_VALUE', ['deliveryIds'], { deliveryIds: Array.from({ length: 101 }, () => newId('whd')) }],
  ['INVALID_ID', ['deliveryIds', '1'], { deliveryIds: [newId('whd'), 'evt_1'] }],
  ['INVALID_ID', ['endpointId'], { endpointId: 'whd_1', deliveryIds: [newId('whd')] }],
  ['ENDPOINT_NOT_FOUND', ['endpointId'], { deliveryIds: [newId('whd')] }],
])('replayWebhookDeliveries refuses with %s at %j', async (code, field, input) => {
  expect(
    await ask('replayWebhookDeliveries', { endpointId: newId('whe'), ...input }, 'replayed hasMore'),
  ).toMatchObject({
    replayed: null,
    hasMore: null,
    errors: [{ code, field }],
  })
})

it('webhooks are for operators, and what changes them for the scope of administrators', async () => {
  const { endpoint } = await create()
  const pause = mutation('pauseWebhookEndpoint', 'endpoint { id }')
  const input = { input: { endpointId: endpoint.id } }
  for (const caller of [
    operator,
    { customer: newId('usr') },
    { service: 'billing' },
    { customer: newId('usr'), scopes: admin.scopes },
  ])
    expect((await graph.ask(caller, pause, input)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  for (const query of ['{ webhookEndpoints { nodes { id } } }', '{ webhookDeliveries { nodes { id } } }']) {
    expect((await graph.ask({ customer: newId('usr') }, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    expect((await graph.ask(operator, query)).errors).toBeUndefined()
    expect(Object.values((await graph.ask({ ...admin, tenant: 'empty' }, query)).data)).toEqual([{ nodes: [] }])
  }
})

it('lists are stable pages, and cost as many statements for many deliveries as for one', async () => {
  const { endpoint } = await create()
  const purse = await graph.purseWith(100_000n)
  for (let index = 0; index < 5; index += 1) await graph.ask(ownerOf(purse), CREATE, inputOf(purse, newId('evt')))
  await expect.poll(async () => (await deliveriesOf(endpoint.id, { status: 'DELIVERED' })).length, PATIENCE).toBe(10)
  const ids: string[] = []
  let after: string | null = null
  do {
    const { data } = await graph.ask(admin, LIST, { filter: { endpointId: endpoint.id }, first: 4, after })
    ids.push(...data.webhookDeliveries.nodes.map(({ id }: { id: string }) => id))
    after = data.webhookDeliveries.pageInfo.hasNextPage ? data.webhookDeliveries.pageInfo.endCursor : null
  } while (after !== null)
  expect(new Set(ids).size).toBe(10)
  expect(ids).toEqual(ids.toSorted().toReversed())
  const cost = async (first: number) =>
    statementsOf([graph.database.url], () => graph.ask(admin, LIST, { filter: { endpointId: endpoint.id }, first }))
  await cost(1)
  expect((await cost(10)).length).toBe((await cost(1)).length)
})
