import {
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql'
import { type Condition, collectFields, type FieldGroup, type Selected } from './field-selection.ts'
import { compileLeaf } from './leaf.ts'
import type { ResponseObject } from './response-object.ts'

/** What writing one answer needs beside its data. */
export interface Writing {
  readonly coerced: Readonly<Record<string, unknown>>
  /** JSON of what `__schema` or `__type` under a response key answers. */
  readonly introspect: (group: FieldGroup) => string
  /** What was found to be no value of its type. Noted only while `path` is there. */
  readonly faults: GraphQLFormattedError[]
  /** Where the writer is. Undefined while nobody asks for the places of faults, which is nearly always. */
  readonly path: (string | number)[] | undefined
  /** Whether something was null that must not be, or no value of its type. */
  isFaulty: boolean
}

/** JSON of a value; empty where it is null and must not be, so that what it is in becomes null. */
type Write = (value: unknown, writing: Writing) => string

const NULL = 'null'
const BUBBLE = ''

/** Writes merged data as the JSON of `data`: `null` where a non-null root field has no value. */
export type WriteData = (data: ResponseObject, writing: Writing) => string

/**
 * Compiles an operation into the function that writes its answer: what was selected and nothing else, with nulls
 * propagated as the specification says.
 * @param schema what clients see
 */
export function compileResponse(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  names: ResponseNames,
): WriteData {
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`The schema has no ${operation.operation}.`)
  const write = new ResponseCompiler(schema, names).object(root, [
    { selectionSet: operation.selectionSet, condition: undefined },
  ])
  return (data, writing) => write(data, writing) || NULL
}

export interface ResponseNames {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Key in the data -> the one under which clients see it, where they differ. */
  readonly clientKeys: ReadonlyMap<string, string>
}

interface FieldWriter {
  readonly condition: Condition
  /** `"key":`, printed once. */
  readonly prefix: string
  readonly key: string
  readonly write: (object: ResponseObject, writing: Writing) => string
}

class ResponseCompiler {
  readonly #schema: GraphQLSchema
  readonly #names: ResponseNames

  constructor(schema: GraphQLSchema, names: ResponseNames) {
    this.#schema = schema
    this.#names = names
  }

  object(type: GraphQLCompositeType, selected: readonly Selected[]): Write {
    const fields = isObjectType(type) ? this.#fields(type, selected) : undefined
    const byTypename = new Map<string, readonly FieldWriter[]>()
    const fieldsOf = (typename: unknown): readonly FieldWriter[] | undefined => {
      if (fields !== undefined) return fields
      const name = typename ?? type.name
      if (typeof name !== 'string') return undefined
      const known = byTypename.get(name)
      if (known !== undefined) return known
      const actual = this.#schema.getType(name)
      if (!isCompositeType(actual)) return undefined
      const writers = this.#fields(actual, selected)
      byTypename.set(name, writers)
      return writers
    }
    return (value, writing) => {
      if (value === null || value === undefined) return NULL
      if (typeof value !== 'object' || Array.isArray(value)) return fault(writing, 'is no object')
      const object = value as ResponseObject
      const writers = fieldsOf(object.__typename)
      if (writers === undefined) return fault(writing, 'is of a type that there is not')
      return writeFields(object, writers, writing)
    }
  }

  #fields(type: GraphQLCompositeType, selected: readonly Selected[]): readonly FieldWriter[] {
    const applies = (typeCondition: string): boolean => {
      if (typeCondition === type.name) return true
      const condition = this.#schema.getType(typeCondition)
      return isAbstractType(condition) && 'getFields' in type && this.#schema.isSubType(condition, type)
    }
    return collectFields(selected, { fragments: this.#names.fragments, applies }).map((group) =>
      this.#field(type, group),
    )
  }

  #field(type: GraphQLCompositeType, group: FieldGroup): FieldWriter {
    const { condition } = group
    const key = this.#names.clientKeys.get(group.key) ?? group.key
    return { condition, key, prefix: `${JSON.stringify(key)}:`, write: this.#fieldValue(type, group) }
  }

  #fieldValue(type: GraphQLCompositeType, group: FieldGroup): FieldWriter['write'] {
    const { key, name, below } = group
    if (name === '__typename') {
      // An interface's own name is no type of an object: whoever asked what it is must not be told that.
      const written = isObjectType(type) ? JSON.stringify(type.name) : BUBBLE
      return () => written
    }
    if (name === '__schema' || name === '__type') return (_object, writing) => writing.introspect(group)
    const field = 'getFields' in type ? type.getFields()[name] : undefined
    if (field === undefined) throw new Error(`The type ${type.name} has no field ${name}.`)
    const write = this.#value(field.type, below)
    return (object, writing) => write(object[key], writing)
  }

  #value(type: GraphQLOutputType, selected: readonly Selected[]): Write {
    if (isNonNullType(type)) return nonNull(this.#value(type.ofType, selected))
    if (isListType(type)) return list(this.#value(type.ofType, selected))
    if (isCompositeType(type)) return this.object(type, selected)
    const leaf = compileLeaf(type)
    return (value, writing) => {
      if (value === null || value === undefined) return NULL
      return leaf(value) ?? fault(writing, `is no ${type.name}`)
    }
  }
}

function writeFields(object: ResponseObject, writers: readonly FieldWriter[], writing: Writing): string {
  let json = '{'
  for (const { condition, key, prefix, write } of writers) {
    if (condition !== undefined && !condition(writing.coerced)) continue
    writing.path?.push(key)
    const value = write(object, writing)
    writing.path?.pop()
    if (value === BUBBLE) return NULL
    json += json.length === 1 ? prefix + value : `,${prefix}${value}`
  }
  return `${json}}`
}

function nonNull(write: Write): Write {
  return (value, writing) => {
    const faults = writing.faults.length
    const json = write(value, writing)
    if (json !== NULL) return json
    writing.isFaulty = true
    if (writing.path !== undefined && writing.faults.length === faults)
      writing.faults.push({
        message: 'The subgraph answered null where there is always a value.',
        path: [...writing.path],
      })
    return BUBBLE
  }
}

function list(write: Write): Write {
  return (value, writing) => {
    if (value === null || value === undefined) return NULL
    if (!Array.isArray(value)) return fault(writing, 'is no list')
    let json = '['
    let isNull = false
    for (let index = 0; index < value.length; index++) {
      writing.path?.push(index)
      const item = write(value[index], writing)
      writing.path?.pop()
      if (item === BUBBLE) isNull = true
      json += index === 0 ? item : `,${item}`
    }
    return isNull ? NULL : `${json}]`
  }
}

function fault(writing: Writing, what: string): string {
  writing.isFaulty = true
  if (writing.path !== undefined)
    writing.faults.push({ message: `What the subgraph answered ${what}.`, path: [...writing.path] })
  return NULL
}
