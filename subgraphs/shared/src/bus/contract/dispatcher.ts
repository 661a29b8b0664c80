import { describe, expect, it, onTestFinished } from 'vitest'
import { silent } from '../../db/tables-for-tests.ts'
import { anEvent, append, settle, tailOf } from '../../journal/journal-for-tests.ts'
import type { EventBus } from '../bus.ts'
import { Dispatcher } from '../dispatcher.ts'
import * as busTables from '../tables.ts'
import { type BusStage, boundTo } from './stage.ts'

/** What is journalled is published, by one dispatcher at a time. */
export function describeDispatcher(stage: BusStage): void {
  const { clock, made, note, effects, consumer, drain } = stage

  describe('the dispatcher', () => {
    const types = () => [`${stage.scope}.made`]
    const write = (id: string, version: number) =>
      append(stage.database, stage.scope, anEvent(id, version, { type: `${stage.scope}.made` }))

    async function dispatcher(through: EventBus = stage.publisher) {
      const tail = tailOf(stage.database)
      await tail.start()
      await settle(stage.database, tail)
      const source = `source of ${stage.scope}`
      const created = new Dispatcher({
        source,
        database: stage.database,
        tail,
        bus: through,
        types: types(),
        log: silent,
        clock,
      })
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
      await settle(stage.database, tail)
      await dispatching.runOnce()
      const consuming = await consumer(stage.scope)
      expect(await drain(consuming, stage.scope, 2)).toEqual(['a.1', 'a.2'])
    })

    it('loses nothing and doubles nothing when it dies between publishing and noting how far it came', async () => {
      for (let version = 1; version <= 3; version += 1) await write('a', version)
      const { dispatcher: dying } = await dispatcher({
        ...boundTo(stage.publisher),
        async publish(events) {
          await stage.publisher.publish(events.slice(0, 2))
          throw new Error('killed')
        },
      })
      await expect(dying.runOnce()).rejects.toThrow('killed')
      await dying.stop()
      await write('a', 4)
      const { dispatcher: heir, tail } = await dispatcher()
      await settle(stage.database, tail)
      await heir.runOnce()
      const handled: number[] = []
      const consuming = await consumer(stage.scope, async (tx, event) => {
        handled.push(event.version)
        await note(stage.scope)(tx, event)
      })
      await drain(consuming, stage.scope, 4)
      expect(handled).toEqual([1, 2, 3, 4])
    })

    it('says so when the journal has lost what was published from it, instead of publishing nothing', async () => {
      const ahead = { source: `source of ${stage.scope}`, xid: 2n ** 60n, seq: 1n }
      await stage.database.system.insert(busTables.dispatchOffset).values(ahead)
      const { dispatcher: dispatching } = await dispatcher()
      await expect(dispatching.runOnce()).rejects.toThrow(/has lost transactions/)
    })

    it('is one at a time: the second of a service waits until the first is gone', async () => {
      const [{ dispatcher: first, tail }, { dispatcher: second }] = [await dispatcher(), await dispatcher()]
      await first.runOnce()
      await write('a', 1)
      await settle(stage.database, tail)
      await second.runOnce()
      await stage.publisher.publish([made('later', 1)])
      const consuming = await consumer(stage.scope)
      expect(await drain(consuming, stage.scope, 1)).toEqual(['later.1'])
      await first.stop()
      while ((await effects(stage.scope)).length < 2) {
        await second.runOnce()
        await consuming.runOnce()
      }
      expect(await effects(stage.scope)).toEqual(['later.1', 'a.1'])
    })

    it('and the consumer are woken by a commit, without waiting for their next poll', async () => {
      const { dispatcher: dispatching } = await dispatcher()
      dispatching.start()
      const done = Promise.withResolvers<void>()
      const consuming = await consumer(stage.scope, async (_tx, event) => {
        if (event.version === 2) done.resolve()
      })
      consuming.start()
      await write('a', 1)
      await write('a', 2)
      await done.promise
    })
  })
}
