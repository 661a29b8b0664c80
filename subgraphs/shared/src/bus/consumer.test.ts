import { afterAll, beforeAll, expect, it } from 'vitest'
import { fixedClock } from '../clock.ts'
import { PRUNE_ROWS_MAX } from '../db/prune.ts'
import { databaseWith } from '../db/tables-for-tests.ts'
import { newId } from '../ids.ts'
import { CONSUMED_RETENTION_DAYS, pruneConsumedEvents } from './consumer.ts'
import { BUS_RETENTION_DAYS } from './postgres/postgres-event-bus.ts'
import * as tables from './tables.ts'
import { consumedEvent } from './tables.ts'

let opened: Awaited<ReturnType<typeof databaseWith>>

beforeAll(async () => {
  opened = await databaseWith('bus-tables', tables)
})
afterAll(() => opened[Symbol.asyncDispose]())

it('forgets the ids of consumed events of every tenant after their time, and not earlier', async () => {
  const { database } = opened
  const clock = fixedClock(new Date('2026-03-01T00:00:00Z'))
  const consumed = { consumer: 'c', consumedAt: clock() }
  await database
    .forTenant('north')
    .insert(consumedEvent)
    .values({ ...consumed, eventId: newId('evt') })
  await database
    .forTenant('south')
    .insert(consumedEvent)
    .values({ ...consumed, eventId: newId('evt') })
  clock.advance(CONSUMED_RETENTION_DAYS * 86_400_000)
  await pruneConsumedEvents(database, clock())
  expect(await database.system.select().from(consumedEvent)).toHaveLength(2)
  clock.advance(1)
  await pruneConsumedEvents(database, clock())
  expect(await database.system.select().from(consumedEvent)).toEqual([])
})

it('forgets more ids than one statement removes', async () => {
  const { database } = opened
  await database.sql.forTenant('north')`
    insert into consumed_event (consumer, event_id, consumed_at)
    select 'c', gen_random_uuid(), '2026-01-01' from generate_series(1, ${PRUNE_ROWS_MAX + 1}::int)`
  await pruneConsumedEvents(database, new Date('2026-03-01T00:00:00Z'))
  expect(await database.system.select().from(consumedEvent)).toEqual([])
})

it('remembers an event for longer than the bus could bring it again', () => {
  expect(CONSUMED_RETENTION_DAYS).toBeGreaterThan(2 * BUS_RETENTION_DAYS)
})
