import {
  execute,
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { MadeUpOperation } from './made-up-operation.ts'
import { type MadeUp, type MadeUpWorld, madeUp, worldOf } from './made-up-value.ts'
import { type ContextualArgument, readShape, type TypeShape } from './subgraph-shape.ts'

/**
 * What an operation answers over made-up subgraphs of which no entity is missing: found out without a plan, by one
 * resolver for the whole graph.
 */
export type Truth = (operation: MadeUpOperation) => Promise<Outcome>

/** What an operation comes to. */
export interface Outcome {
  readonly data: unknown
  readonly errors: readonly GraphQLFormattedError[]
}

export function truthOf(apiSchema: GraphQLSchema, sdls: Readonly<Record<string, string>>): Truth {
  const documents = Object.values(sdls).map((sdl) => parse(sdl))
  const graph = new WholeGraph(apiSchema, documents.flatMap(readShape), worldOf(documents))
  return async ({ query, variables }) => {
    const { data, errors = [] } = await execute({
      schema: apiSchema,
      document: parse(query),
      variableValues: variables,
      rootValue: {},
      fieldResolver: graph.resolve,
      typeResolver: ({ __typename }) => __typename,
    })
    return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.map((error) => error.toJSON()) }
  }
}

/** An object, and what it is in. */
interface Placed extends MadeUp {
  readonly above?: Placed
}

class WholeGraph {
  readonly #schema: GraphQLSchema
  readonly #shapes: readonly TypeShape[]
  readonly #world: MadeUpWorld

  constructor(schema: GraphQLSchema, shapes: readonly TypeShape[], world: MadeUpWorld) {
    this.#schema = schema
    this.#world = world
    this.#shapes = shapes
  }

  readonly resolve: GraphQLFieldResolver<Partial<Placed>, unknown> = (source, args, _context, info) => {
    const above = { __typename: info.parentType.name, n: 0, ...source }
    const value = this.#value(info.parentType, above.n, info.fieldName, this.#withContext(above, info.fieldName, args))
    return placedIn(above, value)
  }

  /** The arguments that the subgraph gets, in the order in which it has them. */
  #withContext(object: Placed, name: string, args: Readonly<Record<string, unknown>>): unknown {
    const type = this.#schema.getType(object.__typename) as GraphQLObjectType
    const owner = this.#shapesOf(type).find(({ contextual }) => contextual.get(name)?.length)
    const contextual = owner?.contextual.get(name) ?? []
    const field = owner?.fields.find((one) => one.name.value === name)
    if (contextual.length === 0) return args
    const values = {
      ...args,
      ...Object.fromEntries(contextual.map((one) => [one.name, this.#contextValue(object, one)])),
    }
    const names = field?.arguments?.map((argument) => argument.name.value) ?? []
    return Object.fromEntries(
      names.flatMap((one) => (one in values ? [[one, values[one as keyof typeof values]]] : [])),
    )
  }

  /** What is selected of the nearest object above that sets the context. */
  #contextValue(object: Placed, { context, selection }: ContextualArgument): unknown {
    let setter = object.above
    while (setter !== undefined && !this.#sets(setter.__typename, context)) setter = setter.above
    if (setter === undefined) throw new Error(`nobody sets ${context}`)
    const type = this.#schema.getType(setter.__typename) as GraphQLObjectType
    return bare(this.#picked(type, setter.n, selection))
  }

  #sets(type: string, context: string): boolean {
    return this.#shapes.some(({ name, contexts }) => {
      const setter = this.#schema.getType(name)
      const isOne = name === type || (isAbstractType(setter) && this.#isOf(setter, type))
      return contexts.includes(context) && isOne
    })
  }

  #isOf(abstract: GraphQLAbstractType, type: string): boolean {
    return this.#schema.getPossibleTypes(abstract).some(({ name }) => name === type)
  }

  #value(type: GraphQLObjectType, n: number, name: string, args: unknown): unknown {
    const owners = this.#shapesOf(type)
    const requires = owners.map(({ required }) => required.get(name)).find((found) => found !== undefined)
    if (requires) return `${name} of ${JSON.stringify(this.#picked(type, n, requires))}`
    const field = type.getFields()[name]
    if (field === undefined) throw new Error(`no field ${type.name}.${name}`)
    // A subgraph that knows an interface as an object calls every object by the interface's name.
    const asObject = owners.find((shape) => shape.isInterfaceObject && isOwn(shape, name))
    const isKey = owners.some(({ keys }) => keys.some(([first]) => first === name))
    const site = `${asObject?.name ?? type.name}.${name}(${JSON.stringify(args)})`
    return madeUp(field.type, site, { n, name, schema: this.#schema, world: this.#world, isKey })
  }

  #shapesOf(type: GraphQLObjectType): readonly TypeShape[] {
    const interfaces = new Set(type.getInterfaces().map(({ name }) => name))
    return this.#shapes.filter(({ name, isInterfaceObject }) => {
      return name === type.name || (isInterfaceObject && interfaces.has(name))
    })
  }

  /** What a requirement selects of an object; null where it fails. */
  #picked(type: GraphQLObjectType, n: number, { selections }: SelectionSetNode): Readonly<Record<string, unknown>> {
    const entries = selections.flatMap((selection): [string, unknown][] => {
      if (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition?.name.value === type.name)
        return Object.entries(this.#picked(type, n, selection.selectionSet))
      const field = selection.kind === Kind.FIELD ? type.getFields()[selection.name.value] : undefined
      if (selection.kind !== Kind.FIELD || field === undefined) return []
      return [
        [
          field.name,
          this.#pickedField(
            () => this.#value(type, n, field.name, getArgumentValues(field, selection)),
            selection.selectionSet,
          ),
        ],
      ]
    })
    return Object.fromEntries(entries)
  }

  #pickedField(value: () => unknown, selectionSet: SelectionSetNode | undefined): unknown {
    const below = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.map(below)
      if (selectionSet === undefined || one === null) return one
      const { __typename, n } = one as MadeUp
      const type = this.#schema.getType(__typename)
      if (!isObjectType(getNamedType(type))) throw new Error(`no object type ${__typename}`)
      return this.#picked(type as GraphQLObjectType, n, selectionSet)
    }
    try {
      return below(value())
    } catch {
      return null
    }
  }
}

function placedIn(above: Placed, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => placedIn(above, item))
  return typeof value === 'object' && value !== null ? { ...value, above } : value
}

/** The value of the only field that an object has, and so on. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  return typeof value === 'object' && value !== null ? bare(Object.values(value)[0]) : value
}

const isOwn = ({ fields }: TypeShape, name: string): boolean =>
  fields.some(
    (field) => field.name.value === name && !field.directives?.some((directive) => directive.name.value === 'external'),
  )
