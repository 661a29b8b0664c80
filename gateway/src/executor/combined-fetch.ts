import type { GraphQLFormattedError } from 'graphql'
import type { Asked } from './asked.ts'
import type { Combined, CombinedPart } from './combine.ts'
import type { ContextValues } from './context-values.ts'
import type { EntityFetch } from './entity-fetch.ts'
import { failureOf } from './error-at.ts'
import { compileCollect, type Place } from './place.ts'
import { compileBody } from './request-body.ts'
import type { ResponseObject } from './response-object.ts'
import type { PlannedFetch, Run, Step, SubgraphAnswer } from './run.ts'
import type { Verbatim } from './verbatim/verbatim.ts'

/** One of the fetches that share a request. */
export interface Sharer {
  readonly fetch: EntityFetch
  /** Where its entities are below the objects that the shared step works on. */
  readonly below: Place
}

/** Whom a part of a request asks about. */
export interface Turn {
  readonly fetch: EntityFetch
  readonly asked: Asked
  /** Of contextual arguments. */
  readonly values?: ContextValues
}

/** Makes one request; a turn for each of its parts, undefined or none where there is nobody to ask about. */
export type AskTogether = (run: Run, turns: readonly (Turn | undefined)[]) => Promise<void>

/** Compiles fetches of entities of one subgraph, none of which waits for another, into one request. */
export function compileCombinedFetch(
  subgraph: string,
  sharers: readonly Sharer[],
  combined: Combined,
  verbatim?: Verbatim,
): Step {
  const paths = sharers.map(({ fetch }) => fetch.path)
  const read = verbatim?.readEntities(
    sharers.map(({ fetch }, index) => ({ key: combined.parts[index]?.key ?? '', fetch: fetch.node })),
  )
  const askTogether = compileAskTogether(subgraph, combined, paths, read)
  const entrants = sharers.map(({ fetch, below }) => ({ fetch, collect: compileCollect(below) }))

  return (run, targets) => {
    const turns = entrants.map(({ fetch, collect }): Turn | undefined => {
      const objects: ResponseObject[] = []
      for (const target of targets) collect(target, objects)
      const asked = fetch.asked(objects)
      return asked && { fetch, asked }
    })
    const [first, ...others] = turns.filter((turn) => turn !== undefined)
    if (first === undefined) return undefined
    return others.length === 0 ? first.fetch.ask(run, first.asked) : askTogether(run, turns)
  }
}

/** @param paths where clients see what the request is about */
export function compileAskTogether(
  subgraph: string,
  { parts, ...operation }: Combined,
  paths: PlannedFetch['paths'],
  read?: PlannedFetch['read'],
): AskTogether {
  const bodyOf = compileBody(operation)
  const planned: PlannedFetch = { kind: 'query', operation: operation.operation, isOfEntities: true, paths, read }

  return async (run, all) => {
    const turns = all.filter((turn) => turn !== undefined)
    let answer: SubgraphAnswer
    try {
      answer = await run.call(subgraph, bodyOf(run, variablesOf(parts, all)), planned)
    } catch (error) {
      const failure = failureOf(error)
      for (const fetch of new Set(turns.map((turn) => turn.fetch))) fetch.refuse(run, failure)
      return
    }
    const { data, errors = [] } = answer
    // One of them has failed as a whole, and with it the operation: the others must not go down with it.
    if (data === null || data === undefined) {
      await Promise.all(turns.map(({ fetch, asked, values }) => fetch.ask(run, asked, values)))
      return
    }
    for (const [index, { key }] of parts.entries()) {
      const turn = all[index]
      if (turn === undefined) continue
      const own = errors.filter((error) => keyOf(error, parts) === key).map(asOfEntities)
      // What is said of the request as a whole is said once.
      if (turn === turns[0]) own.push(...errors.filter((error) => keyOf(error, parts) === undefined))
      turn.fetch.accept(run, turn.asked, { data: { _entities: data[key] }, errors: own })
    }
  }
}

/** Who has nobody to ask about asks about nobody, in the context of another: the operation is printed once, for all. */
function variablesOf(parts: readonly CombinedPart[], turns: readonly (Turn | undefined)[]): string {
  const anyTurn = turns.find((turn) => turn !== undefined)
  return parts
    .map(({ variable, contextual }, index) => {
      const turn = turns[index]
      let text = `"${variable}":${turn?.asked.representations ?? '[]'}`
      for (const [name, own] of contextual) text += `,"${own}":${(turn ?? anyTurn)?.values?.get(name)}`
      return text
    })
    .join(',')
}

function keyOf({ path = [] }: GraphQLFormattedError, parts: readonly CombinedPart[]): string | undefined {
  return parts.find(({ key }) => key === path[0])?.key
}

const asOfEntities = (error: GraphQLFormattedError): GraphQLFormattedError => ({
  ...error,
  path: ['_entities', ...(error.path ?? []).slice(1)],
})
