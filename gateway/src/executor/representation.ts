import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { isResponseObject, type Merge, ownValue, type ResponseObject } from './response-object.ts'
import { compileTypeCondition } from './type-condition.ts'

/** Picks out of an object what a fetch requires of it; null when some of it is not there. */
export type Represent = (object: ResponseObject) => ResponseObject | null

type Pick = (object: ResponseObject, into: ResponseObject) => boolean

/** Compiles the `requires` of a fetch: the selection from which an entity's representation is made. */
export function compileRepresentation(
  schema: GraphQLSchema,
  merge: Merge,
  selections: readonly QueryPlanSelectionNode[],
): Represent {
  const picks = selections.map((selection) => compilePick(schema, merge, selection))
  return (object) => {
    const representation: ResponseObject = {}
    for (const pick of picks) if (!pick(object, representation)) return null
    return representation
  }
}

function compilePick(schema: GraphQLSchema, merge: Merge, selection: QueryPlanSelectionNode): Pick {
  if (selection.kind === 'Field') {
    const key = selection.alias ?? selection.name
    const copy = selection.selections && compileCopy(compileRepresentation(schema, merge, selection.selections))
    return (object, into) => {
      const value = ownValue(object, key)
      const copied = copy === undefined ? value : copy(value)
      if (copied === undefined) return false
      into[selection.name] = copied
      return true
    }
  }
  // Only fragments with a condition say anything about what an object is.
  if (selection.typeCondition === undefined) return () => true
  const applies = compileTypeCondition(schema, selection.typeCondition)
  const represent = compileRepresentation(schema, merge, selection.selections)
  return (object, into) => {
    if (!applies(object.__typename)) return true
    const part = represent(object)
    if (part !== null) merge(into, part)
    return true
  }
}

/** Undefined where some of it is not there: null in its place would be said to be what the subgraph is to reckon with. */
function compileCopy(represent: Represent): (value: unknown) => unknown {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const copies = value.map(copy)
      return copies.includes(undefined) ? undefined : copies
    }
    return isResponseObject(value) ? (represent(value) ?? undefined) : value
  }
  return copy
}
