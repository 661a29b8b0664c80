import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Until every cache and pool has the size that it keeps. */
const WARM_UP_CYCLES = 1_500
const CYCLES = 3_000
/** A sixth of a kilobyte a cycle: a subscription, a stream or a socket that is kept costs more. */
const GROWTH_BYTES_MAX = 500_000

let library: Library
beforeEach(async () => {
  const unlimited = { messages_per_s_max: 1e9, messages_burst_max: 1e9 }
  library = await startLibrary({ limits: { graphqlWs: { ...DEFAULT_LIMITS.graphqlWs, ...unlimited } } })
})
afterEach(() => library.close())

const QUERY = 'subscription ($after: String, $min: Int) { bookLent(after: $after, minDays: $min) { days } }'

function subscribe(client: RawClient, cycle: number): void {
  const variables = { after: String(cycle), min: cycle }
  client.send({ id: String(cycle), type: 'subscribe', payload: { query: QUERY, variables } })
}

async function heapBytes(): Promise<number> {
  await library.journal.whenStreams(0)
  // The first lets finalisers run, which free what the second finds.
  for (let turns = 0; turns < 2; turns += 1) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

/** Opens so many sockets with a subscription each, one after the other, and breaks them off. */
async function cycle(first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number += 1) {
    const client = await new RawClient(library.url).ready()
    subscribe(client, number)
    client.socket.terminate()
    await client.closed
  }
}

test('sockets and subscriptions that come and go, each from another place, leave nothing behind', async () => {
  await cycle(0, WARM_UP_CYCLES)
  const before = await heapBytes()
  await cycle(WARM_UP_CYCLES, CYCLES)
  expect((await heapBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX)
}, 60_000)
