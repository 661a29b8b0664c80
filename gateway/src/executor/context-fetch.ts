import type { FetchNode } from '@apollo/query-planner'
import { combineFetches } from './combine.ts'
import { type AskTogether, compileAskTogether, type Turn } from './combined-fetch.ts'
import { compileContexts } from './context-values.ts'
import { compileEntityFetch, type FetchParts } from './entity-fetch.ts'
import type { Place } from './place.ts'
import type { PlannedFetch, Run, Step } from './run.ts'

/** Contexts that one request is about: a subgraph must not be kept busy by one, nor its limits be reached. */
const CONTEXTS_MAX = 32
/** Requests of one fetch at the same time, where there are more contexts than that. */
const REQUESTS_MAX = 4

/**
 * Compiles a fetch of entities with arguments whose values stand above them. Entities in equal contexts are one
 * `_entities` with variables of its own, and all of these are one request: a subgraph can load together what they need.
 */
export function compileContextFetch(node: FetchNode, place: Place, parts: FetchParts): Step {
  const groupsIn = compileContexts(node, place, parts.schema)
  const fetch = compileEntityFetch(node, place, parts)
  const togetherOf = compileBySize(node, [fetch.path])

  async function askSome(run: Run, turns: readonly Turn[]): Promise<void> {
    const together = turns.length === 1 ? undefined : togetherOf(turns.length)
    if (together !== undefined) return together(run, turns)
    await Promise.all(turns.map(({ asked, values }) => fetch.ask(run, asked, values)))
  }

  async function askAll(run: Run, turns: readonly Turn[]): Promise<void> {
    for (const some of chunksOf(chunksOf(turns, CONTEXTS_MAX), REQUESTS_MAX))
      await Promise.all(some.map((request) => askSome(run, request)))
  }

  return (run) => {
    const turns = groupsIn(run).flatMap(({ objects, values }): Turn[] => {
      const asked = fetch.asked(objects)
      return asked === undefined ? [] : [{ fetch, asked, values }]
    })
    return turns.length === 0 ? undefined : askAll(run, turns)
  }
}

/**
 * The same fetch several times over in one operation. It is printed for two, four, eight and so on: neither this process
 * nor the subgraph has to know a text for every number that there may be.
 */
function compileBySize(node: FetchNode, paths: PlannedFetch['paths']): (count: number) => AskTogether | undefined {
  const bySize = new Map<number, AskTogether | undefined>()
  return (count) => {
    const size = 2 ** Math.ceil(Math.log2(count))
    if (!bySize.has(size)) {
      const combined = combineFetches(Array.from({ length: size }, () => node))
      bySize.set(size, combined && compileAskTogether(node.serviceName, combined, paths))
    }
    return bySize.get(size)
  }
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
