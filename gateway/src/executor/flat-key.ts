import type { FetchNode, QueryPlanFieldNode } from '@apollo/query-planner'
import {
  type GraphQLFieldMap,
  GraphQLID,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import type { Choose, PrintRepresentations } from './asked.ts'
import { entry, FunctionSource, property } from './function-source.ts'
import { compileTypeCondition } from './type-condition.ts'
import { TextSource } from './verbatim/text-source.ts'

/** Nearly all keys: a few fields of one type, none of which has fields of its own. */
export interface FlatKey {
  readonly typeCondition: string
  readonly fields: readonly QueryPlanFieldNode[]
}

/** Undefined where a fetch requires more than such a key. */
export function flatKeyOf({ requires = [], inputRewrites }: FetchNode): FlatKey | undefined {
  const [fragment, ...others] = requires
  if (fragment?.kind !== 'InlineFragment' || fragment.typeCondition === undefined || others.length > 0) return undefined
  const fields = fragment.selections.filter((selection) => selection.kind === 'Field')
  if (
    inputRewrites?.length ||
    fields.length < fragment.selections.length ||
    fields.some(({ selections }) => selections)
  )
    return undefined
  if (!fields.some(({ name, alias }) => name === '__typename' && alias === undefined)) return undefined
  return { typeCondition: fragment.typeCondition, fields }
}

/**
 * Compiles a key to source. An entity is told from the others by one field first: hashing its whole representation costs
 * more than making it. Lists and objects are the same where their JSON is.
 * @param type of all the objects; undefined where each says its own
 */
export function compileFlatKey({ typeCondition, fields }: FlatKey, schema: GraphQLSchema, type?: string): Choose {
  const source = new FunctionSource()
  const values = fields.map(({ name, alias }, index) => {
    const isKnown = name === '__typename' && type !== undefined
    const from = isKnown ? JSON.stringify(type) : property('object', alias ?? name)
    return { name, variable: `v${index}`, from, isKnown, isPlain: isPlain(name, schema, typeCondition) }
  })
  const typename = values.find(({ name }) => name === '__typename')?.variable
  const first = values[tellingOf(fields, schema, typeCondition)]
  const telling = first?.isPlain === false ? `${source.constant(plainOf)}(${first.variable})` : first?.variable
  // Of a list or an object, its JSON may be another's text.
  const differing = values.filter((value) => !value.isKnown && (value !== first || !value.isPlain))
  const same =
    differing
      .map(({ name, variable, isPlain }) => {
        const other = property('other', name)
        return isPlain ? `${other} === ${variable}` : `${source.constant(isSameValue)}(${other}, ${variable})`
      })
      .join(' && ') || 'true'
  const body = `const known = new Map()
    let apart
    for (let i = 0; i < objects.length; i++) {
      const object = objects[i]
      ${values.map(({ variable, from }) => `const ${variable} = ${from}`).join('\n')}
      if (${values.map(({ variable }) => `${variable} === undefined`).join(' || ')}) continue
      if (!${typename} || !${source.constant(compileTypeCondition(schema, typeCondition))}(${typename})) continue
      const telling = ${telling}
      let index = known.get(telling)
      const other = representations[index]
      if (other === undefined || !(${same})) {
        const own = { ${values.map(({ name, variable }) => entry(name, variable)).join(', ')} }
        if (other === undefined) {
          index = representations.push(own) - 1
          known.set(telling, index)
        } else {
          apart ??= new Map()
          const text = JSON.stringify(own)
          index = apart.get(text)
          if (index === undefined) {
            index = representations.push(own) - 1
            apart.set(text, index)
          }
        }
      }
      targets.push(object)
      indexes.push(index)
    }`
  return source.build(source.add('objects, { representations, targets, indexes }', body))
}

/** Compiles how representations are written whose values, but for the name of the known type, are JSON already. */
export function compileTextPrint({ fields }: FlatKey, type: string | undefined): PrintRepresentations {
  const text = new TextSource()
  for (const [index, { name }] of fields.entries()) {
    text.literal(index === 0 ? `},{"${name}":` : `,"${name}":`)
    if (name === '__typename' && type !== undefined) text.literal(`"${type}"`)
    else text.expression(property('one', name))
  }
  const source = new FunctionSource()
  return source.build(
    source.add(
      'representations',
      `let text = ''
      for (let i = 0; i < representations.length; i++) {
        const one = representations[i]
        text += ${text}
      }
      // What is sliced is put in one piece first: the terms of a sum would all be kept for as long as it is.
      return '[' + text.slice(2) + '}]'`,
    ),
  )
}

/** Whether its values are no lists and no objects: of a custom scalar, only its subgraph knows. */
function isPlain(name: string, schema: GraphQLSchema, typeName: string): boolean {
  if (name === '__typename') return true
  const type = getNullableType(fieldsOf(schema, typeName)[name]?.type)
  return isEnumType(type) || (isScalarType(type) && isSpecifiedScalarType(type))
}

const plainOf = (value: unknown): unknown => (typeof value === 'object' ? JSON.stringify(value) : value)

const isSameValue = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === typeof other && plainOf(one) === plainOf(other))

/** Which field differs most: an id, else the last, since a planner puts what a key is added to first. */
function tellingOf(fields: readonly QueryPlanFieldNode[], schema: GraphQLSchema, typeName: string): number {
  const known = fieldsOf(schema, typeName)
  const id = fields.findIndex(({ name }) => getNullableType(known[name]?.type) === GraphQLID)
  return id === -1 ? fields.findLastIndex(({ name }) => name !== '__typename') : id
}

function fieldsOf(schema: GraphQLSchema, typeName: string): GraphQLFieldMap<unknown, unknown> {
  const type = schema.getType(typeName)
  return isObjectType(type) || isInterfaceType(type) ? type.getFields() : {}
}
