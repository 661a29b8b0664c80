import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLScalarType,
  GraphQLString,
  isEnumType,
} from 'graphql'

/** JSON of a leaf value that is not null; undefined when it is no value of the type. */
export type WriteLeaf = (value: unknown) => string | undefined

const BUILT_IN: ReadonlyMap<GraphQLScalarType, WriteLeaf> = new Map<GraphQLScalarType, WriteLeaf>([
  [GraphQLString, (value) => (typeof value === 'string' ? JSON.stringify(value) : undefined)],
  // An id may come as a number, and goes out as the text that the specification says it is.
  [
    GraphQLID,
    (value) => {
      if (typeof value === 'string') return JSON.stringify(value)
      return Number.isInteger(value) ? `"${value}"` : undefined
    },
  ],
  [GraphQLBoolean, (value) => (typeof value === 'boolean' ? String(value) : undefined)],
  // Within 32 bits: clients in other languages read it as such.
  [GraphQLInt, (value) => (Number.isInteger(value) && value === (Number(value) | 0) ? String(value) : undefined)],
  [GraphQLFloat, (value) => (Number.isFinite(value) ? JSON.stringify(value) : undefined)],
])

/** Of a custom scalar only its subgraph knows what is a value; of an enum, a value that clients must not see is none. */
export function compileLeaf(type: GraphQLScalarType | GraphQLEnumType): WriteLeaf {
  if (!isEnumType(type)) return BUILT_IN.get(type) ?? ((value) => JSON.stringify(value))
  const values = new Map(type.getValues().map(({ name }) => [name, JSON.stringify(name)]))
  return (value) => (typeof value === 'string' ? values.get(value) : undefined)
}
