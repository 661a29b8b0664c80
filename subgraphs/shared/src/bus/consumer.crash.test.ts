// kill -9 of a consumer in the middle of events that share a transaction.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { databaseWith, silent } from '../db/tables-for-tests.ts'
import { fromUuid, newId } from '../ids.ts'
import { createTestDatabase } from '../testing/database.ts'
import { CONSUMER, consumeAndDie, EVENT_TYPE, effect, noteEffect } from './consume-and-die.ts'
import { EVENTS_AT_ONCE_MAX, EventConsumer } from './consumer.ts'
import type { BusEvent } from './event.ts'
import { openPostgresEventBus } from './postgres/open.ts'
import * as tables from './tables.ts'

let resources: AsyncDisposableStack
beforeAll(() => {
  resources = new AsyncDisposableStack()
})
afterAll(() => resources.disposeAsync())

async function setStage() {
  const opened = resources.use(await databaseWith('bus-crash', { ...tables, effect }))
  const busDatabase = resources.use(await createTestDatabase({ name: 'event-bus' }))
  const bus = await openPostgresEventBus({ url: busDatabase.url, applicationName: 'test', log: silent })
  resources.defer(() => bus.close())
  const { database, test } = opened
  return { database, bus, urls: { databaseUrl: test.url, busUrl: busDatabase.url } }
}

const event = (version: number): BusEvent => ({
  id: newId('evt'),
  tenant: 'demo',
  source: 'tests',
  aggregate: { type: 'thing', id: 'one' },
  version,
  type: EVENT_TYPE,
  data: {},
  actor: 'svc:test',
  correlationId: 'c-1',
  causationId: null,
  occurredAt: new Date('2026-01-01T00:00:00Z'),
})

/** What is there before anybody starts again: all of a transaction, or nothing. */
it.each([
  [1, 0],
  [EVENTS_AT_ONCE_MAX / 2, 0],
  [EVENTS_AT_ONCE_MAX, 0],
  [EVENTS_AT_ONCE_MAX + 3, EVENTS_AT_ONCE_MAX],
  ['before the bus is told', EVENTS_AT_ONCE_MAX + 5],
  ['after the bus is told', EVENTS_AT_ONCE_MAX + 5],
] as const)('killed at %s, it leaves %i effects, and each event has exactly one in the end', async (dieAt, left) => {
  const { database, bus, urls } = await setStage()
  const events = Array.from({ length: EVENTS_AT_ONCE_MAX + 5 }, (_, at) => event(at + 1))
  await bus.publish(events)
  const effects = async () => {
    const rows = await database.system.select({ id: effect.eventId }).from(effect).orderBy(effect.n)
    return rows.map(({ id }) => fromUuid('evt', id))
  }
  expect(await consumeAndDie({ ...urls, dieAt })).toBe('SIGKILL')
  expect(await effects()).toHaveLength(left)
  const consumer = new EventConsumer({
    name: CONSUMER,
    bus,
    database,
    log: silent,
    handlers: { [EVENT_TYPE]: noteEffect },
  })
  const ids = events.map(({ id }) => id)
  const last = event(events.length + 1)
  await bus.publish([last])
  // Behind all of them, so that whatever came again has come before it.
  while (!(await effects()).includes(last.id)) await consumer.runOnce()
  await consumer.stop()
  expect(await effects()).toEqual([...ids, last.id])
})
