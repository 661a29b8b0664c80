import type { GraphQLFormattedError } from 'graphql'
import type { Asked } from './asked.ts'
import type { Combined, CombinedPart } from './combine.ts'
import type { EntityFetch } from './entity-fetch.ts'
import { failureOf } from './error-at.ts'
import { compileCollect, type Place } from './place.ts'
import { compileBody } from './request-body.ts'
import type { ResponseObject } from './response-object.ts'
import type { PlannedFetch, Run, Step, SubgraphAnswer } from './run.ts'

/** One of the fetches that share a request. */
export interface Sharer {
  readonly fetch: EntityFetch
  /** Where its entities are below the objects that the shared step works on. */
  readonly below: Place
}

interface Turn {
  readonly fetch: EntityFetch
  readonly part: CombinedPart
  readonly asked: Asked
}

/** Compiles fetches of entities of one subgraph, none of which waits for another, into one request. */
export function compileCombinedFetch(
  subgraph: string,
  sharers: readonly Sharer[],
  { parts, ...operation }: Combined,
): Step {
  const bodyOf = compileBody(operation)
  const planned: PlannedFetch = {
    kind: 'query',
    operation: operation.operation,
    isOfEntities: true,
    paths: sharers.map(({ fetch }) => fetch.path),
  }

  const entrants = sharers.map(({ fetch, below }) => ({ fetch, collect: compileCollect(below) }))

  function turnsOf(targets: readonly ResponseObject[]): readonly Turn[] {
    return entrants.flatMap(({ fetch, collect }, index) => {
      const objects: ResponseObject[] = []
      for (const target of targets) collect(target, objects)
      const asked = fetch.asked(objects)
      const part = parts[index]
      return asked === undefined || part === undefined ? [] : [{ fetch, part, asked }]
    })
  }

  /** Who has nobody to ask about asks about nobody: the operation is printed once, for all. */
  function representationsOf(turns: readonly Turn[]): string {
    const texts = new Map(turns.map(({ part, asked }) => [part, asked.representations]))
    return parts.map((part) => `"${part.variable}":${texts.get(part) ?? '[]'}`).join(',')
  }

  async function askTogether(run: Run, turns: readonly Turn[]): Promise<void> {
    let answer: SubgraphAnswer
    try {
      answer = await run.call(subgraph, bodyOf(run, representationsOf(turns)), planned)
    } catch (error) {
      const failure = failureOf(error)
      for (const { fetch } of turns) fetch.refuse(run, failure)
      return
    }
    const { data, errors = [] } = answer
    // One of them has failed as a whole, and with it the operation: the others must not go down with it.
    if (data === null || data === undefined) {
      await Promise.all(turns.map(({ fetch, asked }) => fetch.ask(run, asked)))
      return
    }
    const [first] = turns
    for (const { fetch, part, asked } of turns) {
      const own = errors.filter((error) => keyOf(error, parts) === part.key).map(asOfEntities)
      // What is said of the request as a whole is said once.
      if (fetch === first?.fetch) own.push(...errors.filter((error) => keyOf(error, parts) === undefined))
      fetch.accept(run, asked, { data: { _entities: data[part.key] }, errors: own })
    }
  }

  return (run, targets) => {
    const turns = turnsOf(targets)
    const [first] = turns
    if (first === undefined) return undefined
    return turns.length === 1 ? first.fetch.ask(run, first.asked) : askTogether(run, turns)
  }
}

function keyOf({ path = [] }: GraphQLFormattedError, parts: readonly CombinedPart[]): string | undefined {
  return parts.find(({ key }) => key === path[0])?.key
}

const asOfEntities = (error: GraphQLFormattedError): GraphQLFormattedError => ({
  ...error,
  path: ['_entities', ...(error.path ?? []).slice(1)],
})
