// Makes traffic as a client of the public graph would: calls, data sessions, messages, top-ups, KPI drift and failing
// links. Environment: GRAPH_URL, TOKEN, and SIMULATOR_SEED to play another film.

import { setTimeout as wait } from 'node:timers/promises'
import { readConfig, url } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { discoverWorld } from './discover.ts'
import { connectGraph } from './graph.ts'
import { seededRandom } from './random.ts'
import { actionsOf } from './scenario.ts'
import { send } from './send.ts'

const TICK_MS = 500

const config = readConfig(
  z.object({ GRAPH_URL: url, TOKEN: z.string().min(1), SIMULATOR_SEED: z.coerce.number().int().default(1) }),
)
const graph = connectGraph(config.GRAPH_URL, config.TOKEN)
const random = seededRandom(config.SIMULATOR_SEED)
// The keys of an earlier run are taken: its calls happened.
const run = Date.now().toString(36)

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(signal, () => stop.abort())

for (let tick = 0; !stop.signal.aborted; tick++) {
  await playTick(tick)
  await wait(TICK_MS, undefined, { signal: stop.signal }).catch(() => undefined)
}
process.exit(0)

/** A graph that is being restarted answers errors for a while; traffic does not stop for that. */
async function playTick(tick: number): Promise<void> {
  try {
    const actions = actionsOf(tick, await discoverWorld(graph), random)
    const at = new Date()
    const answers = await Promise.allSettled(
      actions.map((action, place) => send(graph, action, { run, tick, place, at })),
    )
    for (const [place, answer] of answers.entries()) {
      const refusals = answer.status === 'fulfilled' ? answer.value : [{ code: 'FAILED', message: `${answer.reason}` }]
      for (const { code, message } of refusals) console.error(`${actions[place]?.kind} ${code}: ${message}`)
    }
  } catch (error) {
    console.error(`tick ${tick}: ${error instanceof Error ? error.message : error}`)
  }
}
