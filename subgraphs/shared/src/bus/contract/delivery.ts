import { expect, it, onTestFinished } from 'vitest'
import type { Tx } from '../../db/pools.ts'
import { newId } from '../../ids.ts'
import type { EventBus } from '../bus.ts'
import type { BusEvent } from '../event.ts'
import { type BusStage, boundTo, effect } from './stage.ts'

/** What is published comes to every consumer of it, in order, and has its effect once. */
export function describeDelivery(stage: BusStage): void {
  const { made, note, effects, consumer, drain } = stage

  it('brings the events of each aggregate in their order, whatever comes between them', async () => {
    const consuming = await consumer(stage.scope)
    for (let version = 1; version <= 20; version += 1) {
      await stage.publisher.publish(['a', 'b', 'c'].map((id) => made(id, version)))
    }
    const seen = await drain(consuming, stage.scope, 60)
    for (const id of ['a', 'b', 'c']) {
      const versions = seen.filter((one) => one.startsWith(id)).map((one) => Number(one.slice(2)))
      expect(versions).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    }
  })

  it('gives neighbours of one type together to a handler that takes them so, and nothing overtakes anything', async () => {
    const taken: string[][] = []
    const together = async (tx: Tx, events: readonly BusEvent[]) => {
      taken.push(events.map(({ aggregate, version }) => `${aggregate.id}.${version}`))
      for (const event of events) await note(stage.scope)(tx, event)
    }
    const other = `${stage.scope}.other`
    const handlers = { [`${stage.scope}.made`]: { together }, [other]: note(stage.scope) }
    const consuming = await consumer(stage.scope, note(stage.scope), { handlers })
    const twice = made('b', 1)
    await stage.publisher.publish([
      made('a', 1),
      twice,
      twice,
      made('a', 2),
      { ...made('a', 3), type: other },
      made('a', 4),
    ])
    expect(await drain(consuming, stage.scope, 5)).toEqual(['a.1', 'b.1', 'a.2', 'a.3', 'a.4'])
    expect(taken).toEqual([['a.1', 'b.1', 'a.2'], ['a.4']])
  })

  it('carries every field of an event', async () => {
    const sent = { ...made('a', 7), data: { amount: '9007199254740993', list: [1, null] }, causationId: newId('evt') }
    const received: BusEvent[] = []
    const consuming = await consumer(stage.scope, async (tx, event) => {
      received.push(event)
      await note(stage.scope)(tx, event)
    })
    await stage.publisher.publish([sent])
    await drain(consuming, stage.scope, 1)
    expect(received).toEqual([sent])
  })

  it('gives each event to every consumer that asked for its type, and to no other', async () => {
    const [first, second] = [await consumer(`${stage.scope}-1`), await consumer(`${stage.scope}-2`)]
    const deaf = await consumer(`${stage.scope}-3`, note(`${stage.scope}-3`), {
      handlers: { 'other.made': note(`${stage.scope}-3`) },
    })
    await stage.publisher.publish([made('a', 1)])
    expect(await drain(first, `${stage.scope}-1`, 1)).toEqual(['a.1'])
    expect(await drain(second, `${stage.scope}-2`, 1)).toEqual(['a.1'])
    await stage.publisher.publish([{ ...made('b', 1), type: 'other.made' }])
    expect(await drain(deaf, `${stage.scope}-3`, 1)).toEqual(['b.1'])
  })

  it('runs the handler as the tenant of the event', async () => {
    const consuming = await consumer(stage.scope)
    await stage.publisher.publish([made('a', 1, `${stage.scope}-north`), made('a', 1, `${stage.scope}-south`)])
    await drain(consuming, stage.scope, 2)
    for (const tenant of [`${stage.scope}-north`, `${stage.scope}-south`]) {
      expect(await stage.database.forTenant(tenant).select().from(effect)).toHaveLength(1)
    }
  })

  it('absorbs an event that is published twice', async () => {
    const subscription = stage.publisher.subscribe({ consumer: stage.scope, types: [`${stage.scope}.made`] })
    const twice = made('a', 1)
    await stage.publisher.publish([twice])
    await stage.publisher.publish([twice, made('b', 1)])
    const fetched: BusEvent[] = []
    while (!fetched.some((event) => event.aggregate.id === 'b')) fetched.push(...(await subscription.fetch(10)).events)
    expect(fetched.map((event) => event.aggregate.id)).toEqual(['a', 'b'])
  })

  it('goes on behind what was acknowledged when a consumer is started again', async () => {
    const before = await consumer(stage.scope)
    await stage.publisher.publish([made('a', 1), made('a', 2)])
    await drain(before, stage.scope, 2)
    await before.stop()
    await stage.publisher.publish([made('a', 3)])
    const handled: number[] = []
    const after = await consumer(stage.scope, async (tx, event) => {
      handled.push(event.version)
      await note(stage.scope)(tx, event)
    })
    await drain(after, stage.scope, 3)
    expect(handled).toEqual([3])
  })

  it('brings what was fetched and not acknowledged again, and makes its effect once', async () => {
    const unacknowledged = await stage.openBus()
    onTestFinished(() => unacknowledged.close())
    const dying = await consumer(stage.scope, note(stage.scope), { bus: dyingBeforeAcknowledge(unacknowledged) })
    await stage.publisher.publish([made('a', 1), made('a', 2)])
    while ((await effects(stage.scope)).length < 2) await dying.runOnce().catch(() => undefined)
    await dying.stop()
    const after = await consumer(stage.scope)
    await stage.publisher.publish([made('a', 3)])
    expect(await drain(after, stage.scope, 3)).toEqual(['a.1', 'a.2', 'a.3'])
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
