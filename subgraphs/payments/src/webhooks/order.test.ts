// In which order deliveries arrive.

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimDeliveries } from '../db/webhook-claims.ts'
import { answers } from '../testing/webhook-receiver.ts'
import { setWebhookStage, type WebhookStage } from '../testing/webhook-stage.ts'
import { ATTEMPTS_MAX } from './backoff.ts'
import { CLAIM_MS } from './sender.ts'

const DAY_MS = 86_400_000

let stage: WebhookStage
beforeEach(async () => {
  stage = await setWebhookStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

it('order holds for one subject at one endpoint: a later event waits until the earlier one is delivered or dead', async () => {
  await stage.endpoint(stage.receiver.url)
  const one = await stage.happen('pay_1', { version: 1 })
  const two = await stage.happen('pay_1', { version: 2, type: 'payment.completed' })
  const other = await stage.happen('pay_2', { version: 1 })
  await stage.fanOut()
  stage.receiver.behave((response, { headers }) => {
    response.writeHead(headers['webhook-id'] === one ? 500 : 200).end()
  })
  const sender = stage.sender()
  expect(await sender.runOnce()).toBe(2)
  expect(new Set(stage.receiver.ids())).toEqual(new Set([one, other]))
  expect(await sender.runOnce()).toBe(0)
  stage.receiver.behave(answers(200))
  stage.clock.advance(DAY_MS)
  expect(await sender.runOnce()).toBe(1)
  expect(await sender.runOnce()).toBe(1)
  expect(stage.receiver.ids().slice(2)).toEqual([one, two])
})

it('order goes on behind a dead one', async () => {
  await stage.endpoint(stage.receiver.url)
  const one = await stage.happen('pay_1', { version: 1 })
  const two = await stage.happen('pay_1', { version: 2 })
  await stage.fanOut()
  stage.receiver.behave(
    (response, { headers }) => void response.writeHead(headers['webhook-id'] === one ? 500 : 200).end(),
  )
  await stage.exhaust()
  expect(stage.receiver.ids()).toEqual([...Array(ATTEMPTS_MAX).fill(one), two])
  expect(await stage.statuses()).toEqual(['DEAD', 'DELIVERED'])
})

it('order holds while many senders work at once, each event being sent once', async () => {
  await stage.endpoint(stage.receiver.url)
  const expected = new Map<string, string[]>()
  for (let version = 1; version <= 6; version += 1)
    for (const subject of ['pay_1', 'pay_2', 'pay_3', 'pay_4', 'pay_5'])
      expected.set(subject, [...(expected.get(subject) ?? []), await stage.happen(subject, { version })])
  await stage.fanOut()
  const senders = [stage.sender(), stage.sender(), stage.sender()]
  while ((await stage.statuses()).includes('PENDING')) await Promise.all(senders.map((sender) => sender.runOnce()))
  expect(stage.receiver.received).toHaveLength(30)
  const came = Map.groupBy(stage.receiver.received, ({ body }) => JSON.parse(body).subject.id)
  for (const [subject, ids] of expected)
    expect(came.get(subject)?.map(({ headers }) => headers['webhook-id'])).toEqual(ids)
})

describe('what one tenant has much of keeps no other waiting', () => {
  const claim = async (limit: number) => {
    const claimed = await claimDeliveries(stage.database.system, {
      claim: randomUUID(),
      now: stage.clock(),
      until: new Date(stage.clock().getTime() + CLAIM_MS),
      limit,
      ofEndpointMax: 4,
    })
    return claimed.map(({ delivery }) => delivery.tenantId).toSorted()
  }

  /** Two endpoints of `busy` with eight deliveries each, then one delivery of `quiet`, later. */
  beforeEach(async () => {
    for (const at of [1, 2]) await stage.endpoint(`${stage.receiver.url}?${at}`, { tenant: 'busy' })
    await stage.endpoint(stage.receiver.url, { tenant: 'quiet' })
    for (let at = 0; at < 8; at += 1) await stage.happen(`pay_${at}`, { tenant: 'busy' })
    await stage.fanOut()
    stage.clock.advance(60_000)
  })
  const quietHappens = async () => {
    await stage.happen('pay_quiet', { tenant: 'quiet' })
    await stage.fanOut()
  }

  it('where all of it is due', async () => {
    await quietHappens()
    expect(await claim(2)).toEqual(['busy', 'quiet'])
    expect(await claim(3)).toEqual(['busy', 'busy', 'busy'])
  })

  it('where some of it is being sent: the next that is free is for the other', async () => {
    expect(await claim(3)).toEqual(['busy', 'busy', 'busy'])
    await quietHappens()
    expect(await claim(1)).toEqual(['quiet'])
    expect(await claim(32)).toEqual(Array(5).fill('busy'))
  })
})
