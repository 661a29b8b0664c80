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

const STRING = String.raw`"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"`

/** Up to 15 digits, of which a double keeps each. What has an exponent may be out of range. */
const NUMBER = String.raw`-?(?:0|[1-9]\d{0,14})(?:\.\d{1,17})?`

/** Not all that fits into 32 bits, but nearly. */
const INT = String.raw`(?:0|-?[1-9]\d{0,8}|-?1\d{9}|-?20\d{8})`

const PATTERNS: ReadonlyMap<GraphQLScalarType, string> = new Map<GraphQLScalarType, string>([
  [GraphQLString, STRING],
  [GraphQLID, STRING],
  [GraphQLBoolean, '(?:true|false)'],
  [GraphQLInt, INT],
  [GraphQLFloat, NUMBER],
])

/** Of a custom scalar: what is neither an object nor a list. */
const PRIMITIVE = `(?:${STRING}|${NUMBER}|true|false)`

/**
 * A pattern of the JSON that goes out as it came for a value of this type that is not null. Less may match than is a value:
 * then the answer is read as any other. Each text matches in one way only, so that matching takes no more than one look.
 */
export function leafPattern(type: GraphQLScalarType | GraphQLEnumType): string {
  if (!isEnumType(type)) return PATTERNS.get(type) ?? PRIMITIVE
  return `"(?:${type
    .getValues()
    .map(({ name }) => name)
    .join('|')})"`
}
