import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { MadeUpOperation } from './made-up-operation.ts'
import { type MadeUp, type MadeUpWorld, madeUp, worldOf } from './made-up-value.ts'
import { readShape, type TypeShape } from './subgraph-shape.ts'

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

class WholeGraph {
  readonly #schema: GraphQLSchema
  readonly #shapes: readonly TypeShape[]
  readonly #world: MadeUpWorld

  constructor(schema: GraphQLSchema, shapes: readonly TypeShape[], world: MadeUpWorld) {
    this.#schema = schema
    this.#world = world
    this.#shapes = shapes
  }

  readonly resolve: GraphQLFieldResolver<Partial<MadeUp>, unknown> = ({ n = 0 }, args, _context, info) =>
    this.#value(info.parentType, n, info.fieldName, args)

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
  #picked(type: GraphQLObjectType, n: number, { selections }: SelectionSetNode): unknown {
    const entries = selections.flatMap((selection): [string, unknown][] => {
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

const isOwn = ({ fields }: TypeShape, name: string): boolean =>
  fields.some(
    (field) => field.name.value === name && !field.directives?.some((directive) => directive.name.value === 'external'),
  )
