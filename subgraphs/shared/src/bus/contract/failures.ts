import { describe, expect, it } from 'vitest'
import type { EventConsumer } from '../consumer.ts'
import type { EventHandler } from '../effect.ts'
import { listParkedEvents, replayParkedEvent } from '../failures.ts'
import * as busTables from '../tables.ts'
import type { BusStage } from './stage.ts'

/** What fails leaves no effect, is tried again, and is parked in the end. */
export function describeFailures(stage: BusStage): void {
  const { clock, made, note, effects, consumer, drain } = stage

  describe('when a handler fails', () => {
    /** Fails for aggregate `bad` at the versions that are in `failing`, after it has left its effect. */
    function failingAt(failing: Set<number>): { handler: EventHandler; tried: string[] } {
      const tried: string[] = []
      return {
        tried,
        async handler(tx, event) {
          await note(stage.scope)(tx, event)
          if (event.aggregate.id !== 'bad') return
          tried.push(`bad.${event.version}`)
          if (failing.has(event.version)) throw new Error(`cannot make ${event.version}`)
        },
      }
    }

    /** Steps until so many events are on record as failed or waiting behind one that did. */
    async function failed(consuming: EventConsumer, count: number): Promise<void> {
      const waiting = () => stage.database.forTenant(stage.scope).select().from(busTables.failedEvent)
      while ((await waiting()).length < count) await consuming.runOnce()
    }

    it('of many at once gives each of the others its one effect, and tries the one again alone', async () => {
      const { handler } = failingAt(new Set([1]))
      const consuming = await consumer(stage.scope, handler)
      const good = Array.from({ length: 30 }, (_, n) => made(`good${n}`, 1))
      await stage.publisher.publish([...good.slice(0, 10), made('bad', 1), made('bad', 2), ...good.slice(10)])
      expect(await drain(consuming, stage.scope, 30)).toEqual(good.map(({ aggregate }) => `${aggregate.id}.1`))
      await failed(consuming, 2)
      const rows = await stage.database.forTenant(stage.scope).select().from(busTables.failedEvent)
      expect(rows.map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
    })

    it('that takes neighbours together, each is tried alone, and those that can be have their one effect', async () => {
      const { handler } = failingAt(new Set([1]))
      const taken: number[] = []
      const consuming = await consumer(stage.scope, {
        async together(tx, events) {
          taken.push(events.length)
          for (const event of events) await handler(tx, event)
        },
      })
      await stage.publisher.publish([made('good', 1), made('bad', 1), made('good', 2), made('bad', 2)])
      expect(await drain(consuming, stage.scope, 2)).toEqual(['good.1', 'good.2'])
      await failed(consuming, 2)
      clock.advance(2_000)
      await consuming.runOnce()
      expect(taken).toEqual([4, 1, 1, 1, 1])
    })

    it('leaves no effect, goes on with the others, and tries again later', async () => {
      const failing = new Set([1])
      const { handler } = failingAt(failing)
      const consuming = await consumer(stage.scope, handler)
      await stage.publisher.publish([made('bad', 1), made('good', 1)])
      expect(await drain(consuming, stage.scope, 1)).toEqual(['good.1'])
      failing.clear()
      clock.advance(1_999)
      await consuming.runOnce()
      expect(await effects(stage.scope)).toEqual(['good.1'])
      clock.advance(1)
      expect(await drain(consuming, stage.scope, 2)).toEqual(['good.1', 'bad.1'])
    })

    it('lets later events of the same aggregate wait, and brings them in their order', async () => {
      const failing = new Set([1])
      const { handler, tried } = failingAt(failing)
      const consuming = await consumer(stage.scope, handler)
      await stage.publisher.publish([made('bad', 1)])
      await failed(consuming, 1)
      await stage.publisher.publish([made('bad', 2), made('good', 1)])
      await drain(consuming, stage.scope, 1)
      await stage.publisher.publish([made('bad', 3), made('good', 2)])
      expect(await drain(consuming, stage.scope, 2)).toEqual(['good.1', 'good.2'])
      expect(tried).toEqual(['bad.1'])
      failing.clear()
      clock.advance(2_000)
      await drain(consuming, stage.scope, 5)
      expect(tried).toEqual(['bad.1', 'bad.1', 'bad.2', 'bad.3'])
    })

    it('parks the event after the fifth try and lets those behind it go on', async () => {
      const { handler, tried } = failingAt(new Set([1]))
      const consuming = await consumer(stage.scope, handler)
      await stage.publisher.publish([made('bad', 1)])
      await failed(consuming, 1)
      await stage.publisher.publish([made('bad', 2), made('good', 1)])
      await drain(consuming, stage.scope, 1)
      for (const pause_ms of [2_000, 10_000, 50_000]) {
        clock.advance(pause_ms - 1)
        await consuming.runOnce()
        const before = tried.length
        clock.advance(1)
        await consuming.runOnce()
        expect(tried.length).toBe(before + 1)
      }
      expect(await listParkedEvents(stage.database.forTenant(stage.scope))).toEqual([])
      clock.advance(250_000)
      expect(await drain(consuming, stage.scope, 2)).toEqual(['good.1', 'bad.2'])
      expect(tried).toEqual(['bad.1', 'bad.1', 'bad.1', 'bad.1', 'bad.1', 'bad.2'])
      expect(await listParkedEvents(stage.database.forTenant(stage.scope))).toMatchObject([
        { consumer: stage.scope, attempts: 5, lastError: 'cannot make 1', parkedAt: clock(), event: { version: 1 } },
      ])
      expect(await listParkedEvents(stage.database.forTenant(`${stage.scope}-other`))).toEqual([])
    })

    it('goes on with the others when an event names a tenant that there cannot be, and parks that one', async () => {
      const consuming = await consumer(stage.scope)
      await stage.publisher.publish([made('bad', 1, 'No Such Tenant'), made('good', 1)])
      expect(await drain(consuming, stage.scope, 1)).toEqual(['good.1'])
      const parked = () => listParkedEvents(stage.database.system, { consumer: stage.scope })
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
      const consuming = await consumer(stage.scope, async (_tx, event) => {
        tried.push(event.aggregate.id)
        if (failing.has(event.version)) throw new Error('not yet')
        if (event.version === 1) stopped ??= consuming.stop()
      })
      await stage.publisher.publish([made('bad', 1), made('worse', 1), made('good', 2)])
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
      const consuming = await consumer(stage.scope, handler)
      const poison = made('bad', 1)
      await stage.publisher.publish([poison])
      while ((await listParkedEvents(stage.database.forTenant(stage.scope))).length === 0) {
        await consuming.runOnce()
        clock.advance(250_000)
      }
      failing.clear()
      const replay = { consumer: stage.scope, eventId: poison.id, now: clock() }
      expect(await replayParkedEvent(stage.database.forTenant(`${stage.scope}-other`), replay)).toBe(false)
      expect(await replayParkedEvent(stage.database.forTenant(stage.scope), replay)).toBe(true)
      expect(await drain(consuming, stage.scope, 1)).toEqual(['bad.1'])
      expect(await replayParkedEvent(stage.database.forTenant(stage.scope), replay)).toBe(false)
      await stage.publisher.publish([poison, made('good', 1)])
      expect(await drain(consuming, stage.scope, 2)).toEqual(['bad.1', 'good.1'])
    })
  })
}
