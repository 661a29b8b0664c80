import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../db/pools.ts'
import { PRUNE_ROWS_MAX } from '../../db/prune.ts'
import { silent } from '../../db/tables-for-tests.ts'
import { newId } from '../../ids.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import type { EventBus } from '../bus.ts'
import { describeEventBus } from '../contract/event-bus.ts'
import type { BusEvent } from '../event.ts'
import { openPostgresEventBus } from './open.ts'
import { busConsumer, busEvent } from './tables.ts'

describeEventBus('PostgreSQL', async () => {
  const test = await createTestDatabase({ name: 'event-bus' })
  return {
    open: () => openPostgresEventBus({ url: test.url, applicationName: 'test', log: silent }),
    remove: () => test.drop(),
  }
})

describe('the event bus in PostgreSQL', () => {
  let test: TestDatabase
  let bus: EventBus

  beforeAll(async () => {
    test = await createTestDatabase({ name: 'event-bus' })
    const buses = await Promise.all(
      [1, 2, 3].map(() => openPostgresEventBus({ url: test.url, applicationName: 'test', log: silent })),
    )
    await Promise.all(buses.slice(1).map((other) => other.close()))
    const [first] = buses
    if (first === undefined) throw new Error('unreachable')
    bus = first
  })
  afterAll(async () => {
    await bus.close()
    await test.drop()
  })

  const event = (id: string, version: number): BusEvent => ({
    id: newId('evt'),
    tenant: 'demo',
    source: 'tests',
    aggregate: { type: 'thing', id },
    version,
    type: 'thing.made',
    data: {},
    actor: 'svc:test',
    correlationId: 'c-1',
    causationId: null,
    occurredAt: new Date('2026-01-01T00:00:00Z'),
  })

  it('takes more events at once than one statement can carry', async () => {
    await bus.publish(Array.from({ length: 1_201 }, (_, n) => event('many', n + 1)))
    const database = openDatabase({ url: test.url, applicationName: 'test', log: silent })
    const rows = await database.system.select().from(busEvent).orderBy(busEvent.xid, busEvent.seq)
    expect(rows.map((row) => row.version)).toEqual(Array.from({ length: 1_201 }, (_, n) => n + 1))
    await database.close({ timeout_s: 1 })
  })

  it('forgets events a week after they were published, and not earlier', async () => {
    await bus.publish([event('old', 1)])
    const database = openDatabase({ url: test.url, applicationName: 'test', log: silent })
    const [row] = await database.system.select().from(busEvent)
    const published_ms = row?.publishedAt.getTime() ?? 0
    const week_ms = 7 * 86_400_000
    await bus.prune(new Date(published_ms + week_ms))
    expect(await database.system.select().from(busEvent)).toContainEqual(row)
    await bus.prune(new Date(published_ms + week_ms + 3_600_000))
    expect(await database.system.select().from(busEvent)).toEqual([])
    await database.close({ timeout_s: 1 })
  })

  it('says so when it has lost what a consumer had read, instead of bringing nothing', async () => {
    const database = openDatabase({ url: test.url, applicationName: 'test', log: silent })
    const ahead = { xid: 2n ** 60n, seq: 1n }
    await database.system.insert(busConsumer).values({ consumer: 'ahead', ...ahead })
    const subscription = bus.subscribe({ consumer: 'ahead', types: ['thing.made'] })
    await expect(subscription.fetch(1)).rejects.toThrow(/has lost transactions/)
    await database.close({ timeout_s: 1 })
  })

  it('forgets more events than one statement removes', async () => {
    const database = openDatabase({ url: test.url, applicationName: 'test', log: silent })
    await database.sql.system`
      insert into bus_event (tenant_id, event_id, source, aggregate_type, aggregate_id, version, type, data, actor,
        correlation_id, occurred_at, published_at)
      select 'demo', gen_random_uuid(), 'tests', 'thing', 'old', n, 'thing.made', '{}', 'svc:test', 'c-1',
        '2026-01-01', '2026-01-01' from generate_series(1, ${PRUNE_ROWS_MAX + 1}::int) n`
    await bus.prune(new Date('2026-03-01T00:00:00Z'))
    expect(await database.system.select().from(busEvent)).toEqual([])
    await database.close({ timeout_s: 1 })
  })
})
