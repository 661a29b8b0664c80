import { asc } from 'drizzle-orm'
import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { fixedClock } from '../clock.ts'
import type { Database, Tx } from '../db/pools.ts'
import { databaseWith, silent } from '../db/tables-for-tests.ts'
import { tenantColumn } from '../id-column.ts'
import { newId } from '../ids.ts'
import { anEvent, append, settle, tailOf, withoutInterval } from '../journal/journal-for-tests.ts'
import * as journalTables from '../journal/table.ts'
import { tenantPolicy } from '../tenancy.ts'
import type { EventBus } from './bus.ts'
import { EventConsumer, type EventConsumerOptions } from './consumer.ts'
import { Dispatcher } from './dispatcher.ts'
import type { EventHandler, Handler } from './effect.ts'
import type { BusEvent } from './event.ts'
import { listParkedEvents, replayParkedEvent } from './failures.ts'
import * as busTables from './tables.ts'

/** What a handler leaves behind, in the order in which it came about. */
const effect = pgTable(
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

/** What every driver of the event bus has to pass, together with the dispatcher and the consumer. */
export function describeEventBus(driver: string, setUp: () => Promise<BusUnderTest>): void {
  describe(`the event bus on ${driver}`, () => {
    let bus: BusUnderTest
    let opened: Awaited<ReturnType<typeof databaseWith>>
    let database: Database
    let publisher: EventBus
    /** Of its own for every test: the bus and the tables are shared. */
    let scope: string
    let scopes = 0
    const clock = fixedClock(new Date('2026-03-01T00:00:00Z'))

    beforeAll(async () => {
      bus = await setUp()
      publisher = await bus.open()
      opened = await databaseWith('bus-user', { ...journalTables, ...busTables, effect })
      database = opened.database
    })
    afterAll(async () => {
      await publisher.close()
      await opened[Symbol.asyncDispose]()
      await bus.remove()
    })
    beforeEach(() => {
      scope = `scope-${++scopes}`
    })

    const made = (id: string, version: number, tenant = scope): BusEvent => ({
      ...anEvent(id, version),
      id: newId('evt'),
      tenant,
      source: 'tests',
      type: `${scope}.made`,
      causationId: null,
    })
    const note =
      (consumer: string): EventHandler =>
      async (tx, { aggregate, version }) => {
        await tx.insert(effect).values({ consumer, aggregateId: aggregate.id, version })
      }
    const effects = async (consumer: string) => {
      const rows = await database.system.select().from(effect).orderBy(asc(effect.n))
      return rows.filter((row) => row.consumer === consumer).map((row) => `${row.aggregateId}.${row.version}`)
    }

    /** A consumer in a process of its own. Its handler notes what it gets unless the test gives another. */
    async function consumer(
      name: string,
      handler: Handler = note(name),
      more: Partial<EventConsumerOptions> = {},
    ): Promise<EventConsumer> {
      const own = await bus.open()
      const created = new EventConsumer({
        name,
        bus: own,
        database,
        handlers: { [`${scope}.made`]: handler },
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
    }
    /** Steps until `count` effects are there. */
    async function drain(consuming: EventConsumer, name: string, count: number): Promise<string[]> {
      for (;;) {
        const seen = await effects(name)
        if (seen.length >= count) return seen
        await consuming.runOnce()
      }
    }

    it('brings the events of each aggregate in their order, whatever comes between them', async () => {
      const consuming = await consumer(scope)
      for (let version = 1; version <= 20; version += 1) {
        await publisher.publish(['a', 'b', 'c'].map((id) => made(id, version)))
      }
      const seen = await drain(consuming, scope, 60)
      for (const id of ['a', 'b', 'c']) {
        const versions = seen.filter((one) => one.startsWith(id)).map((one) => Number(one.slice(2)))
        expect(versions).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
      }
    })

    it('gives neighbours of one type together to a handler that takes them so, and nothing overtakes anything', async () => {
      const taken: string[][] = []
      const together = async (tx: Tx, events: readonly BusEvent[]) => {
        taken.push(events.map(({ aggregate, version }) => `${aggregate.id}.${version}`))
        for (const event of events) await note(scope)(tx, event)
      }
      const other = `${scope}.other`
      const handlers = { [`${scope}.made`]: { together }, [other]: note(scope) }
      const consuming = await consumer(scope, note(scope), { handlers })
      const twice = made('b', 1)
      await publisher.publish([
        made('a', 1),
        twice,
        twice,
        made('a', 2),
        { ...made('a', 3), type: other },
        made('a', 4),
      ])
      expect(await drain(consuming, scope, 5)).toEqual(['a.1', 'b.1', 'a.2', 'a.3', 'a.4'])
      expect(taken).toEqual([['a.1', 'b.1', 'a.2'], ['a.4']])
    })

    it('carries every field of an event', async () => {
      const sent = { ...made('a', 7), data: { amount: '9007199254740993', list: [1, null] }, causationId: newId('evt') }
      const received: BusEvent[] = []
      const consuming = await consumer(scope, async (tx, event) => {
        received.push(event)
        await note(scope)(tx, event)
      })
      await publisher.publish([sent])
      await drain(consuming, scope, 1)
      expect(received).toEqual([sent])
    })

    it('gives each event to every consumer that asked for its type, and to no other', async () => {
      const [first, second] = [await consumer(`${scope}-1`), await consumer(`${scope}-2`)]
      const deaf = await consumer(`${scope}-3`, note(`${scope}-3`), { handlers: { 'other.made': note(`${scope}-3`) } })
      await publisher.publish([made('a', 1)])
      expect(await drain(first, `${scope}-1`, 1)).toEqual(['a.1'])
      expect(await drain(second, `${scope}-2`, 1)).toEqual(['a.1'])
      await publisher.publish([{ ...made('b', 1), type: 'other.made' }])
      expect(await drain(deaf, `${scope}-3`, 1)).toEqual(['b.1'])
    })

    it('runs the handler as the tenant of the event', async () => {
      const consuming = await consumer(scope)
      await publisher.publish([made('a', 1, `${scope}-north`), made('a', 1, `${scope}-south`)])
      await drain(consuming, scope, 2)
      for (const tenant of [`${scope}-north`, `${scope}-south`]) {
        expect(await database.forTenant(tenant).select().from(effect)).toHaveLength(1)
      }
    })

    it('absorbs an event that is published twice', async () => {
      const subscription = publisher.subscribe({ consumer: scope, types: [`${scope}.made`] })
      const twice = made('a', 1)
      await publisher.publish([twice])
      await publisher.publish([twice, made('b', 1)])
      const fetched: BusEvent[] = []
      while (!fetched.some((event) => event.aggregate.id === 'b'))
        fetched.push(...(await subscription.fetch(10)).events)
      expect(fetched.map((event) => event.aggregate.id)).toEqual(['a', 'b'])
    })

    it('goes on behind what was acknowledged when a consumer is started again', async () => {
      const before = await consumer(scope)
      await publisher.publish([made('a', 1), made('a', 2)])
      await drain(before, scope, 2)
      await before.stop()
      await publisher.publish([made('a', 3)])
      const handled: number[] = []
      const after = await consumer(scope, async (tx, event) => {
        handled.push(event.version)
        await note(scope)(tx, event)
      })
      await drain(after, scope, 3)
      expect(handled).toEqual([3])
    })

    it('brings what was fetched and not acknowledged again, and makes its effect once', async () => {
      const unacknowledged = await bus.open()
      onTestFinished(() => unacknowledged.close())
      const dying = await consumer(scope, note(scope), { bus: dyingBeforeAcknowledge(unacknowledged) })
      await publisher.publish([made('a', 1), made('a', 2)])
      while ((await effects(scope)).length < 2) await dying.runOnce().catch(() => undefined)
      await dying.stop()
      const after = await consumer(scope)
      await publisher.publish([made('a', 3)])
      expect(await drain(after, scope, 3)).toEqual(['a.1', 'a.2', 'a.3'])
    })

    describe('when a handler fails', () => {
      /** Fails for aggregate `bad` at the versions that are in `failing`, after it has left its effect. */
      function failingAt(failing: Set<number>): { handler: EventHandler; tried: string[] } {
        const tried: string[] = []
        return {
          tried,
          async handler(tx, event) {
            await note(scope)(tx, event)
            if (event.aggregate.id !== 'bad') return
            tried.push(`bad.${event.version}`)
            if (failing.has(event.version)) throw new Error(`cannot make ${event.version}`)
          },
        }
      }

      /** Steps until so many events are on record as failed or waiting behind one that did. */
      async function failed(consuming: EventConsumer, count: number): Promise<void> {
        const waiting = () => database.forTenant(scope).select().from(busTables.failedEvent)
        while ((await waiting()).length < count) await consuming.runOnce()
      }

      it('of many at once gives each of the others its one effect, and tries the one again alone', async () => {
        const { handler } = failingAt(new Set([1]))
        const consuming = await consumer(scope, handler)
        const good = Array.from({ length: 30 }, (_, n) => made(`good${n}`, 1))
        await publisher.publish([...good.slice(0, 10), made('bad', 1), made('bad', 2), ...good.slice(10)])
        expect(await drain(consuming, scope, 30)).toEqual(good.map(({ aggregate }) => `${aggregate.id}.1`))
        await failed(consuming, 2)
        const rows = await database.forTenant(scope).select().from(busTables.failedEvent)
        expect(rows.map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
      })

      it('that takes neighbours together, each is tried alone, and those that can be have their one effect', async () => {
        const { handler } = failingAt(new Set([1]))
        const taken: number[] = []
        const consuming = await consumer(scope, {
          async together(tx, events) {
            taken.push(events.length)
            for (const event of events) await handler(tx, event)
          },
        })
        await publisher.publish([made('good', 1), made('bad', 1), made('good', 2), made('bad', 2)])
        expect(await drain(consuming, scope, 2)).toEqual(['good.1', 'good.2'])
        await failed(consuming, 2)
        clock.advance(2_000)
        await consuming.runOnce()
        expect(taken).toEqual([4, 1, 1, 1, 1])
      })

      it('leaves no effect, goes on with the others, and tries again later', async () => {
        const failing = new Set([1])
        const { handler } = failingAt(failing)
        const consuming = await consumer(scope, handler)
        await publisher.publish([made('bad', 1), made('good', 1)])
        expect(await drain(consuming, scope, 1)).toEqual(['good.1'])
        failing.clear()
        clock.advance(1_999)
        await consuming.runOnce()
        expect(await effects(scope)).toEqual(['good.1'])
        clock.advance(1)
        expect(await drain(consuming, scope, 2)).toEqual(['good.1', 'bad.1'])
      })

      it('lets later events of the same aggregate wait, and brings them in their order', async () => {
        const failing = new Set([1])
        const { handler, tried } = failingAt(failing)
        const consuming = await consumer(scope, handler)
        await publisher.publish([made('bad', 1)])
        await failed(consuming, 1)
        await publisher.publish([made('bad', 2), made('good', 1)])
        await drain(consuming, scope, 1)
        await publisher.publish([made('bad', 3), made('good', 2)])
        expect(await drain(consuming, scope, 2)).toEqual(['good.1', 'good.2'])
        expect(tried).toEqual(['bad.1'])
        failing.clear()
        clock.advance(2_000)
        await drain(consuming, scope, 5)
        expect(tried).toEqual(['bad.1', 'bad.1', 'bad.2', 'bad.3'])
      })

      it('parks the event after the fifth try and lets those behind it go on', async () => {
        const { handler, tried } = failingAt(new Set([1]))
        const consuming = await consumer(scope, handler)
        await publisher.publish([made('bad', 1)])
        await failed(consuming, 1)
        await publisher.publish([made('bad', 2), made('good', 1)])
        await drain(consuming, scope, 1)
        for (const pause_ms of [2_000, 10_000, 50_000]) {
          clock.advance(pause_ms - 1)
          await consuming.runOnce()
          const before = tried.length
          clock.advance(1)
          await consuming.runOnce()
          expect(tried.length).toBe(before + 1)
        }
        expect(await listParkedEvents(database.forTenant(scope))).toEqual([])
        clock.advance(250_000)
        expect(await drain(consuming, scope, 2)).toEqual(['good.1', 'bad.2'])
        expect(tried).toEqual(['bad.1', 'bad.1', 'bad.1', 'bad.1', 'bad.1', 'bad.2'])
        expect(await listParkedEvents(database.forTenant(scope))).toMatchObject([
          { consumer: scope, attempts: 5, lastError: 'cannot make 1', parkedAt: clock(), event: { version: 1 } },
        ])
        expect(await listParkedEvents(database.forTenant(`${scope}-other`))).toEqual([])
      })

      it('goes on with the others when an event names a tenant that there cannot be, and parks that one', async () => {
        const consuming = await consumer(scope)
        await publisher.publish([made('bad', 1, 'No Such Tenant'), made('good', 1)])
        expect(await drain(consuming, scope, 1)).toEqual(['good.1'])
        const parked = () => listParkedEvents(database.system, { consumer: scope })
        while ((await parked()).length === 0) {
          clock.advance(250_000)
          await consuming.runOnce()
        }
        expect(await parked()).toMatchObject([{ attempts: 5, event: { tenant: 'No Such Tenant' } }])
      })

      it('does not try what is left to be tried again once it is stopped', async () => {
        const failing = new Set([1])
        const tried: string[] = []
        let stopped: Promise<void> | undefined
        const consuming = await consumer(scope, async (_tx, event) => {
          tried.push(event.aggregate.id)
          if (failing.has(event.version)) throw new Error('not yet')
          if (event.version === 1) stopped ??= consuming.stop()
        })
        await publisher.publish([made('bad', 1), made('worse', 1), made('good', 2)])
        // Another test's transaction on the same server may hold them back for a while.
        while (tried.length < 3) await consuming.runOnce()
        failing.clear()
        tried.length = 0
        clock.advance(2_000)
        await consuming.runOnce()
        await stopped
        expect(tried).toEqual(['bad'])
      })

      it('makes the effect of a parked event once, when it is replayed', async () => {
        const failing = new Set([1])
        const { handler } = failingAt(failing)
        const consuming = await consumer(scope, handler)
        const poison = made('bad', 1)
        await publisher.publish([poison])
        while ((await listParkedEvents(database.forTenant(scope))).length === 0) {
          await consuming.runOnce()
          clock.advance(250_000)
        }
        failing.clear()
        const replay = { consumer: scope, eventId: poison.id, now: clock() }
        expect(await replayParkedEvent(database.forTenant(`${scope}-other`), replay)).toBe(false)
        expect(await replayParkedEvent(database.forTenant(scope), replay)).toBe(true)
        expect(await drain(consuming, scope, 1)).toEqual(['bad.1'])
        expect(await replayParkedEvent(database.forTenant(scope), replay)).toBe(false)
        await publisher.publish([poison, made('good', 1)])
        expect(await drain(consuming, scope, 2)).toEqual(['bad.1', 'good.1'])
      })
    })

    describe('two processes with the same consumer', () => {
      const waitingForALock = () => database.sql.system`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

      it('make each effect once, in order, and the second takes over when the first is gone', async () => {
        const [first, second] = [await consumer(scope), await consumer(scope)]
        const both = async (count: number) => {
          while ((await effects(scope)).length < count) await Promise.all([first.runOnce(), second.runOnce()])
        }
        for (let version = 1; version <= 10; version += 1) await publisher.publish([made('a', version)])
        await both(10)
        await first.stop()
        await publisher.publish([made('a', 11)])
        await drain(second, scope, 11)
        expect(await effects(scope)).toEqual(Array.from({ length: 11 }, (_, n) => `a.${n + 1}`))
      })

      it('make an effect once although the first one has lost its lease in the middle of it', async () => {
        const [isInHand, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
        const cutOff = await consumer(scope, async (tx, event) => {
          await note(scope)(tx, event)
          isInHand.resolve()
          await mayEnd.promise
        })
        await publisher.publish([made('a', 1), made('a', 2)])
        const working = stepUntil(isInHand.promise, cutOff)
        await isInHand.promise
        await database.sql.system`
          select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`lease consume ${scope}`}`
        const heir = await consumer(scope)
        const inheriting = drain(heir, scope, 2)
        // The heir has come to the event that the first one has in hand.
        while ((await waitingForALock()).length === 0);
        mayEnd.resolve()
        await Promise.all([working, inheriting])
        await publisher.publish([made('a', 3)])
        expect(await drain(heir, scope, 3)).toEqual(['a.1', 'a.2', 'a.3'])
      })
    })

    describe('the dispatcher', () => {
      const types = () => [`${scope}.made`]
      const write = (id: string, version: number) =>
        append(database, scope, anEvent(id, version, { type: `${scope}.made` }))

      async function dispatcher(through: EventBus = publisher) {
        const tail = tailOf(database)
        await tail.start()
        await settle(database, tail)
        const source = `source of ${scope}`
        const created = new Dispatcher({ source, database, tail, bus: through, types: types(), log: silent, clock })
        onTestFinished(async () => {
          await created.stop()
          await tail.stop()
        })
        return { dispatcher: created, tail }
      }

      it('publishes what was journalled before and after it was started, in order', async () => {
        await write('a', 1)
        const { dispatcher: dispatching, tail } = await dispatcher()
        await dispatching.runOnce()
        await write('a', 2)
        await settle(database, tail)
        await dispatching.runOnce()
        const consuming = await consumer(scope)
        expect(await drain(consuming, scope, 2)).toEqual(['a.1', 'a.2'])
      })

      it('loses nothing and doubles nothing when it dies between publishing and noting how far it came', async () => {
        for (let version = 1; version <= 3; version += 1) await write('a', version)
        const { dispatcher: dying } = await dispatcher({
          ...boundTo(publisher),
          async publish(events) {
            await publisher.publish(events.slice(0, 2))
            throw new Error('killed')
          },
        })
        await expect(dying.runOnce()).rejects.toThrow('killed')
        await dying.stop()
        await write('a', 4)
        const { dispatcher: heir, tail } = await dispatcher()
        await settle(database, tail)
        await heir.runOnce()
        const handled: number[] = []
        const consuming = await consumer(scope, async (tx, event) => {
          handled.push(event.version)
          await note(scope)(tx, event)
        })
        await drain(consuming, scope, 4)
        expect(handled).toEqual([1, 2, 3, 4])
      })

      it('says so when the journal has lost what was published from it, instead of publishing nothing', async () => {
        const ahead = { source: `source of ${scope}`, xid: 2n ** 60n, seq: 1n }
        await database.system.insert(busTables.dispatchOffset).values(ahead)
        const { dispatcher: dispatching } = await dispatcher()
        await expect(dispatching.runOnce()).rejects.toThrow(/has lost transactions/)
      })

      it('is one at a time: the second of a service waits until the first is gone', async () => {
        const [{ dispatcher: first, tail }, { dispatcher: second }] = [await dispatcher(), await dispatcher()]
        await first.runOnce()
        await write('a', 1)
        await settle(database, tail)
        await second.runOnce()
        await publisher.publish([made('later', 1)])
        const consuming = await consumer(scope)
        expect(await drain(consuming, scope, 1)).toEqual(['later.1'])
        await first.stop()
        while ((await effects(scope)).length < 2) {
          await second.runOnce()
          await consuming.runOnce()
        }
        expect(await effects(scope)).toEqual(['later.1', 'a.1'])
      })

      it('and the consumer are woken by a commit, without waiting for their next poll', async () => {
        const { dispatcher: dispatching } = await dispatcher()
        dispatching.start()
        const done = Promise.withResolvers<void>()
        const consuming = await consumer(scope, async (_tx, event) => {
          if (event.version === 2) done.resolve()
        })
        consuming.start()
        await write('a', 1)
        await write('a', 2)
        await done.promise
      })
    })
  })
}

/** The bus of a process that is killed after its effects are committed and before the bus hears of it. */
const dyingBeforeAcknowledge = (bus: EventBus): EventBus => ({
  ...boundTo(bus),
  subscribe: (options) => {
    const subscription = bus.subscribe(options)
    return {
      fetch: (limit) => subscription.fetch(limit),
      onAvailable: (wake) => subscription.onAvailable(wake),
      acknowledge: () => Promise.reject(new Error('killed')),
    }
  },
})

const boundTo = (bus: EventBus): EventBus => ({
  publish: (events) => bus.publish(events),
  subscribe: (options) => bus.subscribe(options),
  prune: (now) => bus.prune(now),
  close: () => bus.close(),
})

/** Steps until the promise is settled; the step in which that happens is finished. */
async function stepUntil(end: Promise<void>, consuming: EventConsumer): Promise<void> {
  let isOver = false
  end.then(() => {
    isOver = true
  })
  while (!isOver) await consuming.runOnce()
}
