import type { FetchNode } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type SelectionNode,
} from 'graphql'
import { entitySelectionOf, operationOf } from './entities-operation.ts'
import { FunctionSource, property } from './function-source.ts'
import type { Merge, Merging } from './response-object.ts'

/**
 * Compiles how an entity's answer is merged into what is known of it. Nearly every fetch asks for plain fields of one type:
 * these are set one by one, by names that stand in the source, which takes a fraction of going through an object's keys.
 */
export function compileEntityMerge(node: FetchNode, schema: GraphQLSchema, merging: Merging): Merge {
  const plain = node.outputRewrites?.length ? undefined : plainFields(node)
  const type = plain && schema.getType(plain.type)
  if (plain === undefined || !(isObjectType(type) || isInterfaceType(type))) return merging.object
  const source = new FunctionSource()
  const statements = plain.fields.map((field, index) => {
    const key = field.alias?.value ?? field.name.value
    const value = `v${index}`
    const set = isReplaced(type.getFields()[field.name.value]?.type)
      ? value
      : `${source.constant(merging.value)}(${property('target', key)}, ${value})`
    return `const ${value} = ${property('source', key)}
      if (${value} !== undefined) target[${JSON.stringify(key)}] = ${set}`
  })
  return source.build(source.add('target, source', statements.join('\n')))
}

interface PlainFields {
  readonly type: string
  readonly fields: readonly FieldNode[]
}

/** What is asked for of entities; undefined where it is more than fields of one type, or a name needs a look. */
function plainFields(fetch: FetchNode): PlainFields | undefined {
  const operation = operationOf(fetch)
  const selected = operation && entitySelectionOf(operation)
  if (selected === undefined) return undefined
  const { selections } = selected.selectionSet
  const fields = selections.filter(isPlain)
  return fields.length < selections.length ? undefined : { type: selected.type, fields }
}

/** Names of types are merged by a rule of their own; no other name begins so but one that means a prototype. */
const isPlain = (selection: SelectionNode): selection is FieldNode =>
  selection.kind === Kind.FIELD && !(selection.alias ?? selection.name).value.startsWith('__')

/** Whether what comes in replaces what is there: of all else, parts may come from different subgraphs. */
function isReplaced(type: unknown): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  return isEnumType(nullable) || (isScalarType(nullable) && isSpecifiedScalarType(nullable))
}
