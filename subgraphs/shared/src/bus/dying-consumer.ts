// A consumer in a process of its own that kills itself, as kill -9 would, at the given place. Argument: JSON of DyingConsumer.
// Run by `consumeAndDie`.

import { pino } from 'pino'
import { openDatabase } from '../db/pools.ts'
import type { EventBus } from './bus.ts'
import { CONSUMER, type DyingConsumer, EVENT_TYPE, noteEffect } from './consume-and-die.ts'
import { EventConsumer } from './consumer.ts'
import { openPostgresEventBus } from './postgres/open.ts'

const { databaseUrl, busUrl, dieAt }: DyingConsumer = JSON.parse(process.argv[2] ?? '')
const log = pino({ level: 'silent' })
const dieIf = (place: DyingConsumer['dieAt']): void => {
  if (place === dieAt) process.kill(process.pid, 'SIGKILL')
}

const bus = await openPostgresEventBus({ url: busUrl, applicationName: 'dying-consumer', log })
const telling: EventBus = {
  publish: (events) => bus.publish(events),
  prune: (now) => bus.prune(now),
  close: () => bus.close(),
  subscribe(wanted) {
    const subscription = bus.subscribe(wanted)
    return {
      fetch: (limit) => subscription.fetch(limit),
      onAvailable: (wake) => subscription.onAvailable(wake),
      async acknowledge() {
        dieIf('before the bus is told')
        await subscription.acknowledge()
        dieIf('after the bus is told')
      },
    }
  },
}

let effects = 0
const consumer = new EventConsumer({
  name: CONSUMER,
  bus: telling,
  database: openDatabase({ url: databaseUrl, applicationName: 'dying-consumer', log }),
  log,
  handlers: {
    async [EVENT_TYPE](tx, event) {
      await noteEffect(tx, event)
      effects += 1
      dieIf(effects)
    },
  },
})
// Whatever was published settles at some time, and then it comes.
for (;;) await consumer.runOnce()
