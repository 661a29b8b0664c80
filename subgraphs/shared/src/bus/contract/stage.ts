import { asc } from 'drizzle-orm'
import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { onTestFinished } from 'vitest'
import { type FixedClock, fixedClock } from '../../clock.ts'
import type { Database } from '../../db/pools.ts'
import { databaseWith, silent } from '../../db/tables-for-tests.ts'
import { tenantColumn } from '../../id-column.ts'
import { newId } from '../../ids.ts'
import { anEvent, withoutInterval } from '../../journal/journal-for-tests.ts'
import * as journalTables from '../../journal/table.ts'
import { tenantPolicy } from '../../tenancy.ts'
import type { EventBus } from '../bus.ts'
import { EventConsumer, type EventConsumerOptions } from '../consumer.ts'
import type { EventHandler, Handler } from '../effect.ts'
import type { BusEvent } from '../event.ts'
import * as busTables from '../tables.ts'

/** What a handler leaves behind, in the order in which it came about. */
export const effect = pgTable(
  'effect',
  {
    tenantId: tenantColumn(),
    n: bigint('n', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    consumer: text('consumer').notNull(),
    aggregateId: text('aggregate_id').notNull(),
    version: integer('version').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.n] }), tenantPolicy()],
)

export type BusUnderTest = {
  /** Each call is another process on the same bus. */
  open(): Promise<EventBus>
  remove(): Promise<void>
}

/** A bus, a database with the effects of its events, and what tests of it do all the time. */
export type BusStage = {
  start(): Promise<void>
  close(): Promise<void>
  /** For the next test. */
  newScope(): void
  /** Of its own for every test: the bus and the tables are shared. */
  readonly scope: string
  readonly database: Database
  readonly publisher: EventBus
  readonly clock: FixedClock
  /** Another process on the same bus. */
  openBus(): Promise<EventBus>
  /** An event of the scope's only type. */
  made(id: string, version: number, tenant?: string): BusEvent
  /** A handler that leaves an effect. */
  note(consumer: string): EventHandler
  /** `id.version` of the effects of a consumer, in their order. */
  effects(consumer: string): Promise<string[]>
  /** A consumer in a process of its own. Its handler notes what it gets unless the test gives another. */
  consumer(name: string, handler?: Handler, more?: Partial<EventConsumerOptions>): Promise<EventConsumer>
  /** Steps until `count` effects are there. */
  drain(consuming: EventConsumer, name: string, count: number): Promise<string[]>
}

type Started = {
  readonly bus: BusUnderTest
  readonly publisher: EventBus
  readonly opened: Awaited<ReturnType<typeof databaseWith>>
}

export function createBusStage(setUp: () => Promise<BusUnderTest>): BusStage {
  const clock = fixedClock(new Date('2026-03-01T00:00:00Z'))
  let started: Started | undefined
  let scopes = 0
  const running = (): Started => {
    if (started === undefined) throw new Error('The stage is not started.')
    return started
  }

  const note: BusStage['note'] =
    (consumer) =>
    async (tx, { aggregate, version }) => {
      await tx.insert(effect).values({ consumer, aggregateId: aggregate.id, version })
    }

  async function effects(consumer: string): Promise<string[]> {
    const rows = await stage.database.system.select().from(effect).orderBy(asc(effect.n))
    return rows.filter((row) => row.consumer === consumer).map((row) => `${row.aggregateId}.${row.version}`)
  }

  const stage: BusStage = {
    async start() {
      const bus = await setUp()
      const publisher = await bus.open()
      started = { bus, publisher, opened: await databaseWith('bus-user', { ...journalTables, ...busTables, effect }) }
    },
    async close() {
      const { bus, publisher, opened } = running()
      await publisher.close()
      await opened[Symbol.asyncDispose]()
      await bus.remove()
    },
    newScope() {
      scopes += 1
    },
    get scope() {
      return `scope-${scopes}`
    },
    get database() {
      return running().opened.database
    },
    get publisher() {
      return running().publisher
    },
    clock,
    openBus: () => running().bus.open(),
    made: (id, version, tenant = stage.scope) => ({
      ...anEvent(id, version),
      id: newId('evt'),
      tenant,
      source: 'tests',
      type: `${stage.scope}.made`,
      causationId: null,
    }),
    note,
    effects,
    async consumer(name, handler = note(name), more = {}) {
      const own = await stage.openBus()
      const created = new EventConsumer({
        name,
        bus: own,
        database: stage.database,
        handlers: { [`${stage.scope}.made`]: handler },
        log: silent,
        clock,
        schedule: withoutInterval,
        ...more,
      })
      onTestFinished(async () => {
        await created.stop()
        await own.close()
      })
      return created
    },
    async drain(consuming, name, count) {
      for (;;) {
        const seen = await effects(name)
        if (seen.length >= count) return seen
        await consuming.runOnce()
      }
    },
  }
  return stage
}

/** The same bus, for one of which a part is replaced. */
export const boundTo = (bus: EventBus): EventBus => ({
  publish: (events) => bus.publish(events),
  subscribe: (options) => bus.subscribe(options),
  prune: (now) => bus.prune(now),
  close: () => bus.close(),
})
