import type { FetchDataKeyRenamer, FetchNode } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isObjectType, Kind, parse } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { Condition } from './field-selection.ts'
import type { Place } from './place.ts'
import { isResponseObject, ownValue, type ResponseObject } from './response-object.ts'
import { FRAGMENT } from './rewrite.ts'
import type { Run } from './run.ts'
import { compileTypeCondition } from './type-condition.ts'
import { variableConditions } from './variable-conditions.ts'

/** Name of each contextual variable -> the JSON of its value. */
export type ContextValues = ReadonlyMap<string, string>

/** Entities whose contextual arguments have the same values. */
export interface ContextGroup {
  readonly objects: ResponseObject[]
  readonly values: ContextValues
}

/** Finds all entities at a fetch's place in merged data. Whoever lacks a value cannot be asked about. */
export type GroupByContext = (run: Pick<Run, 'data' | 'coerced'>) => readonly ContextGroup[]

/** Whether a fetch has arguments whose values stand above its entities. */
export const isContextual = ({ contextRewrites = [] }: FetchNode): boolean => contextRewrites.length > 0

/** Compiles what a plan says of where the values of a fetch's contextual arguments are. */
export function compileContexts(node: FetchNode, place: Place, schema: GraphQLSchema): GroupByContext {
  const variables = contextualVariables(node, place, schema)
  return ({ data, coerced }) => {
    const groups = new Map<string, ContextGroup>()
    eachAt(data, place, (object, lineage) => {
      const values = new Map<string, string>()
      for (const { name, isRequired, condition, sources } of variables) {
        // What is not selected asks for no context: its value may not have been asked for either.
        const isUsed = isRequired || (condition !== 'never' && condition?.(coerced) !== false)
        // Nor does what is selected of other objects at this place, which are in something else.
        const source = isUsed ? sources.find(({ applies }) => applies(lineage)) : undefined
        const value = source === undefined ? null : source.read(lineage)
        if (value === undefined || (value === null && isRequired)) return
        values.set(name, JSON.stringify(value))
      }
      // JSON has no line break of its own.
      const key = [...values.values()].join('\n')
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { objects: [object], values })
      else group.objects.push(object)
    })
    return [...groups.values()]
  }
}

/** An object and all that it is in, the outermost first. */
type Lineage = readonly ResponseObject[]

function eachAt(data: ResponseObject, place: Place, act: (object: ResponseObject, lineage: Lineage) => void): void {
  const walk = (value: unknown, depth: number, above: Lineage): void => {
    if (Array.isArray(value)) {
      const below = place[depth] === '@' ? depth + 1 : depth
      for (const item of value) walk(item, below, above)
    } else if (isResponseObject(value)) {
      const lineage = [...above, value]
      const key = place[depth]
      if (key === undefined) act(value, lineage)
      else walk(ownValue(value, key), depth + 1, lineage)
    }
  }
  walk(data, 0, [])
}

interface ContextualVariable {
  readonly name: string
  /** Whether it takes no null. */
  readonly isRequired: boolean
  /** Whether a field that takes it is selected. */
  readonly condition: Condition | 'never'
  /** The nearest first: a context that is set nearer is the one that counts. */
  readonly sources: readonly Source[]
}

interface Source {
  /** How many objects it is above the entity. */
  readonly up: number
  /** Whether what is there sets the context. */
  applies(lineage: Lineage): boolean
  /** Undefined where some of it is missing. */
  read(lineage: Lineage): unknown
}

function contextualVariables(node: FetchNode, place: Place, schema: GraphQLSchema): readonly ContextualVariable[] {
  const { contextRewrites = [] } = node
  const document = parse(node.operation, { noLocation: true })
  const required = requiredVariables(document)
  const conditions = variableConditions(document)
  const names = new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo))
  const depth = place.filter((key) => key !== '@').length
  return [...names].map((name) => {
    const sources = contextRewrites
      .filter(({ renameKeyTo }) => renameKeyTo === name)
      .map((rewrite) => compileSource(rewrite, schema))
    if (sources.some(({ up }) => up > depth)) throw gatewayError('UNSUPPORTED_PLAN')
    sources.sort((a, b) => a.up - b.up)
    const condition = conditions.has(name) ? conditions.get(name) : 'never'
    return { name, isRequired: required.has(name), condition, sources }
  })
}

function requiredVariables({ definitions }: DocumentNode): ReadonlySet<string> {
  const variables = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  )
  return new Set(
    variables.filter(({ type }) => type.kind === Kind.NON_NULL_TYPE).map(({ variable }) => variable.name.value),
  )
}

const UP = '..'

/** A way as the planner says it: up to who sets the context, conditions on its type, and down to the value. */
function compileSource({ path }: FetchDataKeyRenamer, schema: GraphQLSchema): Source {
  const up = path.lastIndexOf(UP) + 1
  const below = path.slice(up)
  const first = below.findIndex((step) => !step.startsWith(FRAGMENT))
  const conditions = below.slice(0, first).map((step) => compileCondition(step, schema))
  const keys = below.slice(first)
  // Composition has no conditions further down: whoever sets a context chooses by its own type alone.
  if (first === -1 || keys.some((step) => step.startsWith(FRAGMENT))) throw gatewayError('UNSUPPORTED_PLAN')
  return {
    up,
    applies: (lineage) => conditions.every((condition) => condition(lineage.at(-1 - up))),
    read: (lineage) => valueAt(lineage.at(-1 - up), keys),
  }
}

/** Of whom no subgraph has told the type, what was asked for on the condition may be there: it is missing else. */
function compileCondition(step: string, schema: GraphQLSchema): (object: ResponseObject | undefined) => boolean {
  const applies = compileTypeCondition(schema, step.slice(FRAGMENT.length))
  const isTold = (typename: unknown) => typeof typename === 'string' && isObjectType(schema.getType(typename))
  return (object) => object !== undefined && (!isTold(object.__typename) || applies(object.__typename))
}

/** Null where it is null on the way; of a list, the list of what is below its items. Undefined where some is missing. */
function valueAt(value: unknown, [key, ...below]: readonly string[]): unknown {
  if (key === undefined || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => valueAt(item, [key, ...below]))
    return items.includes(undefined) ? undefined : items
  }
  return isResponseObject(value) ? valueAt(ownValue(value, key), below) : undefined
}
