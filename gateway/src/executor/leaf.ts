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

/** What of a value that is not null goes into an answer as JSON; undefined when it is no value of the type. */
export type LeafOf = (value: unknown) => unknown

const BUILT_IN: ReadonlyMap<GraphQLScalarType, LeafOf> = new Map<GraphQLScalarType, LeafOf>([
  [GraphQLString, (value) => (typeof value === 'string' ? value : undefined)],
  // An id may come as a number, and goes out as the text that the specification says it is.
  [GraphQLID, (value) => (typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : undefined)],
  [GraphQLBoolean, (value) => (typeof value === 'boolean' ? value : undefined)],
  // Within 32 bits: clients in other languages read it as such.
  [GraphQLInt, (value) => (Number.isInteger(value) && value === (Number(value) | 0) ? value : undefined)],
  [GraphQLFloat, (value) => (Number.isFinite(value) ? value : undefined)],
])

/** `1e400` is a number in JSON and infinite here; it would go out as null, where there must be a value too. */
const withinRange: LeafOf = (value) => (value === Infinity || value === -Infinity ? undefined : value)

/** Of a custom scalar only its subgraph knows what is a value; of an enum, a value that clients must not see is none. */
export function compileLeaf(type: GraphQLScalarType | GraphQLEnumType): LeafOf {
  if (!isEnumType(type)) return BUILT_IN.get(type) ?? withinRange
  const values = new Set<unknown>(type.getValues().map(({ name }) => name))
  return (value) => (values.has(value) ? value : undefined)
}

const TESTS: ReadonlyMap<unknown, (value: string) => string> = new Map<unknown, (value: string) => string>([
  [GraphQLString, (value) => `typeof ${value} === 'string'`],
  [GraphQLID, (value) => `typeof ${value} === 'string'`],
  [GraphQLBoolean, (value) => `typeof ${value} === 'boolean'`],
  [GraphQLInt, (value) => `(${value} | 0) === ${value}`],
  [GraphQLFloat, (value) => `Number.isFinite(${value})`],
])

/**
 * Source of the test that nearly all values of a built-in type pass, and that only values pass which go out as they are.
 * Of what does not pass, `compileLeaf` knows more.
 */
export function quickTest(type: GraphQLScalarType | GraphQLEnumType, value: string): string {
  return TESTS.get(type)?.(value) ?? 'false'
}
