import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createHistogram } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { firstSlotOf } from '@carriergraph/shared/ledger/slot.ts'
import { canPin, killProgram, startProgram } from '../../gateway/processes.ts'
import type { Load, Until } from '../load.ts'
import type { Contender } from './contender.ts'
import { assertSound } from './engine.ts'

const IN_FLIGHT = 1_000
const CORES = 2
const PROGRAM = fileURLToPath(new URL('../shard-program.ts', import.meta.url))

/** What a shard's program is told first. */
export type Shard = {
  readonly url: string
  readonly slots: { readonly first: number; readonly end: number }
  readonly core: number
  readonly inFlight: number
}
/** And then, as often as it has a turn. */
export type ToShard = Until
/** What it says when it is ready, and after each turn. */
export type FromShard = Pick<Load, 'transfers' | 'seconds'> & { readonly latencies_ns: readonly number[] }

/**
 * Shards that have a core each, for their callers, their poster and their backend: what a second shard adds where it has a
 * machine of its own, as far as two shards of one machine can show it.
 */
export const shardsOnCores = (count: 1 | 2): Contender => ({
  title: count === 1 ? 'one shard, all of it on one core' : 'two shards, each on a core of its own',
  missing: () => (canPin && availableParallelism() >= CORES ? undefined : 'no core can be given to a process here'),
  async start(stage) {
    const databases = await Promise.all(
      Array.from({ length: count }, (_, place) => stage.books(`on_core_${count}_${place}`)),
    )
    const programs = await Promise.all(
      databases.map(async ({ url }, place) => {
        const program = startProgram([PROGRAM], place, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
        const slots = { first: firstSlotOf(place, count), end: firstSlotOf(place + 1, count) }
        program.send({ url, slots, core: place, inFlight: IN_FLIGHT } satisfies Shard)
        await heard(program)
        return program
      }),
    )
    return {
      runsIn: programs.flatMap(({ pid }) => pid ?? []),
      load: async (until) => {
        const loads = programs.map((program) => {
          program.send(until satisfies ToShard)
          return heard(program)
        })
        return together(await Promise.all(loads))
      },
      async verify() {
        for (const database of databases) await assertSound(database)
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(programs.map(killProgram))
        await Promise.all(databases.map((database) => database.close({ timeout_s: 1 })))
      },
    }
  },
})

/** The next that a program says. @throws where it ends instead */
async function heard(program: ChildProcess): Promise<FromShard> {
  const ended = new AbortController()
  const gone = once(program, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`A shard ended with ${code}.`)
  })
  try {
    const [said]: FromShard[] = await Promise.race([once(program, 'message', { signal: ended.signal }), gone])
    if (said === undefined) throw new Error('A shard said nothing.')
    return said
  } finally {
    ended.abort()
    gone.catch(() => undefined)
  }
}

function together(loads: readonly FromShard[]): Load {
  const latency = createHistogram()
  for (const { latencies_ns } of loads) for (const one of latencies_ns) latency.record(Math.max(1, one))
  return {
    transfers: loads.reduce((sum, { transfers }) => sum + transfers, 0),
    seconds: Math.max(...loads.map(({ seconds }) => seconds)),
    latency,
  }
}
