// Makes traffic as a client of the public graph would: calls, data sessions, messages, top-ups, KPI drift and failing
// links. Environment: GRAPH_URL, TOKEN, and SIMULATOR_SEED to play another film. It runs until it is told to end, or
// until the process that started it is gone; a graph that is away for a while does not stop it.

import { setTimeout as wait } from 'node:timers/promises'
import { readConfig, url } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { discoverWorld } from './discover.ts'
import { connectGraph } from './graph.ts'
import { seededRandom } from './random.ts'
import { actionsOf, TICK_MS } from './scenario.ts'
import { send } from './send.ts'

// What is on its way may be lost: it has its own key, and nobody waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(signal, () => process.exit(0))

const config = readConfig(
  z.object({ GRAPH_URL: url, TOKEN: z.string().min(1), SIMULATOR_SEED: z.coerce.number().int().default(1) }),
)
const graph = connectGraph(config.GRAPH_URL, config.TOKEN)
const random = seededRandom(config.SIMULATOR_SEED)
// The keys of an earlier run are taken: its calls happened.
const run = Date.now().toString(36)

let tick = 0
let trouble = ''
for (;;) {
  const pause = wait(TICK_MS)
  const current = await playTick(tick)
  report(current)
  // The film waits for a graph that does not answer.
  if (current === '') tick++
  await pause
}

/** Plays one tick and says why it could not, if it could not. Refusals of single actions are told at once. */
async function playTick(tick: number): Promise<string> {
  try {
    const actions = actionsOf(tick, await discoverWorld(graph), random)
    const at = new Date()
    const answers = await Promise.allSettled(
      actions.map((action, place) => send(graph, action, { run, tick, place, at })),
    )
    for (const [place, answer] of answers.entries()) {
      const refusals = answer.status === 'fulfilled' ? answer.value : [{ code: 'FAILED', message: `${answer.reason}` }]
      for (const { code, message } of refusals) log(`${actions[place]?.kind} ${code}: ${message}`)
    }
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Trouble that lasts is told when it begins and when it ends, not twice a second. */
function report(current: string): void {
  if (current !== trouble) log(current === '' ? 'the graph answers again' : `the graph does not answer: ${current}`)
  trouble = current
}

function log(text: string): void {
  console.error(`${new Date().toISOString()} ${text}`)
}
