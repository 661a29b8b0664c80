import { describe, expect, it } from 'vitest'
import type { EventConsumer } from '../consumer.ts'
import type { BusStage } from './stage.ts'

/** Of several processes with one consumer each effect is made once. */
export function describeTwoProcesses(stage: BusStage): void {
  const { made, note, effects, consumer, drain } = stage

  describe('two processes with the same consumer', () => {
    const waitingForALock = () => stage.database.sql.system`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

    it('make each effect once, in order, and the second takes over when the first is gone', async () => {
      const [first, second] = [await consumer(stage.scope), await consumer(stage.scope)]
      const both = async (count: number) => {
        while ((await effects(stage.scope)).length < count) await Promise.all([first.runOnce(), second.runOnce()])
      }
      for (let version = 1; version <= 10; version += 1) await stage.publisher.publish([made('a', version)])
      await both(10)
      await first.stop()
      await stage.publisher.publish([made('a', 11)])
      await drain(second, stage.scope, 11)
      expect(await effects(stage.scope)).toEqual(Array.from({ length: 11 }, (_, n) => `a.${n + 1}`))
    })

    it('make an effect once although the first one has lost its lease in the middle of it', async () => {
      const [isInHand, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const cutOff = await consumer(stage.scope, async (tx, event) => {
        await note(stage.scope)(tx, event)
        isInHand.resolve()
        await mayEnd.promise
      })
      await stage.publisher.publish([made('a', 1), made('a', 2)])
      const working = stepUntil(isInHand.promise, cutOff)
      await isInHand.promise
      await stage.database.sql.system`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`lease consume ${stage.scope}`}`
      const heir = await consumer(stage.scope)
      const inheriting = drain(heir, stage.scope, 2)
      // The heir has come to the event that the first one has in hand.
      while ((await waitingForALock()).length === 0);
      mayEnd.resolve()
      await Promise.all([working, inheriting])
      await stage.publisher.publish([made('a', 3)])
      expect(await drain(heir, stage.scope, 3)).toEqual(['a.1', 'a.2', 'a.3'])
    })
  })
}

/** Steps until the promise is settled; the step in which that happens is finished. */
async function stepUntil(end: Promise<void>, consuming: EventConsumer): Promise<void> {
  let isOver = false
  end.then(() => {
    isOver = true
  })
  while (!isOver) await consuming.runOnce()
}
