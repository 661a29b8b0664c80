import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'

export interface MadeUpOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** In [0, 1), the same row of numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface OperationOptions {
  /** Fields at the most. */
  readonly fields: number
  /** Whether fields are called by the names of other fields. */
  readonly isClashing: boolean
}

/** A query over `schema` with arguments, aliases, fragments of both kinds, and conditions by variables. */
export function madeUpOperation(schema: GraphQLSchema, seed: number, options: OperationOptions): MadeUpOperation {
  return new OperationMaker(schema, randomFrom(seed), options).make()
}

const DEPTH_MAX = 6

class OperationMaker {
  readonly #schema: GraphQLSchema
  readonly #random: () => number
  readonly #fragments: string[] = []
  readonly #variables: Record<string, boolean> = {}
  readonly #isClashing: boolean
  #fields: number
  #aliases = 0

  constructor(schema: GraphQLSchema, random: () => number, { fields, isClashing }: OperationOptions) {
    this.#schema = schema
    this.#random = random
    this.#fields = fields
    this.#isClashing = isClashing
  }

  make(): MadeUpOperation {
    const root = this.#schema.getQueryType()
    if (!root) throw new Error('no query')
    const body = this.#selection(root, 0)
    const names = Object.keys(this.#variables)
    const definitions = names.map((name) => `$${name}: Boolean!${this.#variables[name] ? ' = true' : ''}`)
    const variables = Object.fromEntries(names.map((name) => [name, this.#chance(0.5)]))
    const head = names.length === 0 ? 'query' : `query (${definitions.join(', ')})`
    return { query: [`${head} ${body}`, ...this.#fragments].join('\n'), variables }
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = this.#chance(0.2) ? ['__typename'] : []
    const count = 1 + Math.floor(this.#random() * 4)
    for (let index = 0; index < count; index++) parts.push(this.#part(type, depth))
    return `{ ${parts.filter(Boolean).join(' ') || '__typename'} }`
  }

  #part(type: GraphQLCompositeType, depth: number): string {
    const narrower = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
    if (isUnionType(type) || (narrower.length > 0 && this.#chance(0.5)))
      return this.#fragment(this.#pick(narrower), depth)
    if (this.#chance(0.15)) return this.#fragment(type, depth)
    return this.#field(type, depth)
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const wider = isObjectType(type) && this.#chance(0.2) ? this.#pick([type, ...type.getInterfaces()]) : type
    const body = this.#selection(wider, depth)
    if (this.#chance(0.6)) return `... on ${wider.name}${this.#condition()} ${body}`
    const name = `F${this.#fragments.length}`
    this.#fragments.push(`fragment ${name} on ${wider.name} ${body}`)
    return `...${name}${this.#condition()}`
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const all = 'getFields' in type ? Object.values(type.getFields()) : []
    const usable = depth < DEPTH_MAX && this.#fields > 0 ? all : all.filter(isLeafField)
    if (usable.length === 0) return '__typename'
    const field = this.#pick(usable)
    this.#fields--
    const given = field.args.filter((argument) => isRequiredArgument(argument) || this.#chance(0.3))
    const alias = this.#alias(all, given.length > 0)
    const below = getNamedType(field.type)
    const selection = isCompositeType(below) ? ` ${this.#selection(below, depth + 1)}` : ''
    return `${alias}${field.name}${this.#arguments(given)}${this.#condition()}${selection}`
  }

  #alias(fields: readonly GraphQLField<unknown, unknown>[], isNeeded: boolean): string {
    if (this.#isClashing && this.#chance(0.25)) return `${this.#chance(0.1) ? '__typename' : this.#pick(fields).name}: `
    return isNeeded || this.#chance(0.15) ? `a${this.#aliases++}: ` : ''
  }

  #condition(): string {
    if (!this.#chance(0.12)) return ''
    const known = Object.keys(this.#variables)
    const name = known.length > 0 && this.#chance(0.5) ? this.#pick(known) : `v${known.length}`
    this.#variables[name] ??= this.#chance(0.3)
    return ` @${this.#pick(['skip', 'include'])}(if: ${this.#chance(0.2) ? this.#chance(0.5) : `$${name}`})`
  }

  #arguments(given: readonly GraphQLArgument[]): string {
    if (given.length === 0) return ''
    return `(${given.map(({ name, type }) => `${name}: ${this.#literal(type, name)}`).join(', ')})`
  }

  #literal(type: GraphQLInputType, name: string): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, name)
    if (isListType(type)) return `[${this.#literal(type.ofType, name)}]`
    if (isEnumType(type)) return this.#pick(type.getValues()).name
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type))
      return `{${fields.map((field) => `${field.name}: ${this.#literal(field.type, field.name)}`).join(', ')}}`
    }
    const n = Math.floor(this.#random() * 12)
    if (type.name === 'Int' || type.name === 'Float') return String(n)
    if (type.name === 'Boolean') return String(n % 2 === 0)
    return `"${name}-${n}"`
  }
}

const isLeafField = (field: GraphQLField<unknown, unknown>): boolean =>
  !isCompositeType(getNamedType(field.type)) && !field.args.some(isRequiredArgument)
