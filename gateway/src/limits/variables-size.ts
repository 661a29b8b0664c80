import type { GraphQLError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'

export interface VariablesLimits {
  /** Of all variables as JSON in UTF-8, escapes aside. */
  readonly bytes_max: number
  /** Deepest nesting of lists and objects inside one another; a plain value counts 0. */
  readonly depth_max: number
  /** Items of one list. */
  readonly list_items_max: number
}

/** `extensions.reason` beside the code VARIABLES_TOO_LARGE. */
export const VARIABLES_REASONS = {
  TOO_MANY_BYTES: 'All variables together are longer than the gateway allows.',
  NESTED_TOO_DEEP: 'Lists and objects stand deeper inside one another than the gateway allows.',
  NUMBER_TOO_LARGE: 'A number is beyond the range of 64-bit floating point. Send it as a string.',
  LIST_TOO_LONG: 'A list has more items than the gateway allows. Send it in several requests.',
} as const satisfies Record<string, string>

/** One character of punctuation or two quotes, which every value takes about as JSON. */
const QUOTES_LENGTH = 2

/**
 * The first bound that a request's variables breach, before any of them is coerced: coercion calls itself for every
 * level of a recursive input type, and would end in a stack overflow.
 */
export function variablesRefusal(
  variables: Readonly<Record<string, unknown>>,
  limits: VariablesLimits,
): GraphQLError | undefined {
  let bytes = 0
  const refuse = (reason: keyof typeof VARIABLES_REASONS, limit: number): GraphQLError =>
    gatewayError('VARIABLES_TOO_LARGE', { message: VARIABLES_REASONS[reason], extensions: { reason, limit } })

  function measure(value: unknown, depth: number): GraphQLError | undefined {
    bytes += sizeOf(value)
    if (bytes > limits.bytes_max) return refuse('TOO_MANY_BYTES', limits.bytes_max)
    // JSON would say null of it to the subgraph.
    if (value === Infinity || value === -Infinity) return refuse('NUMBER_TOO_LARGE', Number.MAX_VALUE)
    if (typeof value !== 'object' || value === null) return undefined
    if (depth >= limits.depth_max) return refuse('NESTED_TOO_DEEP', limits.depth_max)
    return Array.isArray(value) ? measureList(value, depth + 1) : measureObject(value, depth + 1)
  }

  function measureList(items: readonly unknown[], depth: number): GraphQLError | undefined {
    if (items.length > limits.list_items_max) return refuse('LIST_TOO_LONG', limits.list_items_max)
    for (const item of items) {
      const refusal = measure(item, depth)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  function measureObject(object: object, depth: number): GraphQLError | undefined {
    for (const [name, value] of Object.entries(object)) {
      bytes += Buffer.byteLength(name) + QUOTES_LENGTH
      const refusal = measure(value, depth)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  return measureObject(variables, 0)
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string'
    ? Buffer.byteLength(value) + QUOTES_LENGTH
    : typeof value === 'object' && value !== null
      ? QUOTES_LENGTH
      : String(value).length
