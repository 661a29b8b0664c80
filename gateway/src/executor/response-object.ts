import { type GraphQLSchema, isInterfaceType } from 'graphql'

/** An object of a subgraph's answer, and of what several answers are merged to. */
export type ResponseObject = { [key: string]: unknown }

export const isResponseObject = (value: unknown): value is ResponseObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of a key that `Object.prototype` has, too: `constructor` is a good name for a field. */
export const ownValue = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** Merges what a subgraph answered into what others answered before. */
export type Merge = (target: ResponseObject, source: ResponseObject) => void

export interface Merging {
  readonly object: Merge
  /** What stands for a field of which one value is there, or undefined, and another comes in. */
  readonly value: (present: unknown, incoming: unknown) => unknown
}

/**
 * Lists of the same length are merged item by item: they are the same list, of which each subgraph knows other fields.
 * What is not an object replaces what was there, but for the name of a type: a subgraph that knows an interface as an
 * object calls every object by the interface's name, and must not take away the name that another subgraph gave.
 * @param isCopying whether what is merged into several objects is in none of them the same object: so it has to be where
 * it depends on what an object is in
 */
export function createMerging(schema: GraphQLSchema, isCopying = false): Merging {
  const interfaces = new Set<unknown>(
    Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .map(({ name }) => name),
  )

  function merge(target: ResponseObject, source: ResponseObject): void {
    for (const key of Object.keys(source)) {
      // No GraphQL name but `__typename` begins so; this one would set the prototype.
      if (key === '__proto__') continue
      const incoming = source[key]
      // Room for what is to come, which may be here already. No subgraph can say it.
      if (incoming === undefined) continue
      if (key === '__typename' && interfaces.has(incoming) && target.__typename) continue
      target[key] = merged(target[key], incoming)
    }
  }

  function merged(present: unknown, incoming: unknown): unknown {
    if (isResponseObject(incoming) && isResponseObject(present)) {
      if (incoming !== present) merge(present, incoming)
      return present
    }
    if (!Array.isArray(incoming) || !Array.isArray(present) || incoming.length !== present.length)
      return isCopying ? copied(incoming) : incoming
    for (let index = 0; index < incoming.length; index++) present[index] = merged(present[index], incoming[index])
    return present
  }

  return { object: merge, value: merged }
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (!isResponseObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, copied(below)]))
}
