import type { FragmentDefinitionNode } from 'graphql'
import { collectFields, type Selected } from './field-selection.ts'
import { isResponseObject, type ResponseObject } from './response-object.ts'

/** Takes merged data apart. */
export type Release = (data: ResponseObject) => void

/** What to cut of one object: a key, and what is to be cut below it. */
interface Link {
  readonly key: string
  readonly below: readonly Link[]
}

/**
 * Compiles an operation into the function that takes its data apart once the answer is written. An object that has
 * lived through two collections of the young generation is old, and counts as alive until the next full collection:
 * so does all that was merged into it, which is the larger part of an answer. Where the links are cut, it goes with
 * the young.
 */
export function compileRelease(
  selected: readonly Selected[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Release {
  const links = linksOf(selected, fragments)
  return (data) => cut(data, links)
}

/** Whatever type an object is of: a key that it has not is not there to be cut. */
function linksOf(
  selected: readonly Selected[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly Link[] {
  return collectFields(selected, { fragments, applies: () => true })
    .filter(({ key, below }) => below.length > 0 && key !== '__proto__')
    .map(({ key, below }) => ({ key, below: linksOf(below, fragments) }))
}

function cut(value: unknown, links: readonly Link[]): void {
  if (Array.isArray(value)) {
    for (const item of value) cut(item, links)
  } else if (isResponseObject(value)) {
    for (const { key, below } of links) {
      const linked = value[key]
      if (typeof linked !== 'object' || linked === null) continue
      value[key] = null
      cut(linked, below)
    }
  }
}
