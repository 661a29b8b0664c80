import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { argumentValue } from './argument-value.ts'
import type { CostDirectives } from './cost-directives.ts'
import { type Cost, CostProgram } from './cost-program.ts'
import { createInputCosts, type InputCosts } from './input-cost.ts'
import { type CostLimits, expectedSize } from './list-size.ts'

export interface CostEstimate {
  /** A whole number unless a weight is none; for a subscription, that of one event. */
  readonly cost: number
  /** Why the operation may not run: it costs too much, a page is too large, a paging argument is missing. */
  readonly refusals: readonly GraphQLError[]
}

/** What an operation may cost at the most with these variables (coerced, with defaults). */
export type EstimateCost = (variables: Readonly<Record<string, unknown>>) => CostEstimate

/** Compiles a valid operation. Its size is bounded already, as fragments are expanded. */
export type CostCompiler = (document: DocumentNode, operation: OperationDefinitionNode) => EstimateCost

/** Before any of its fields. A mutation locks and writes; the figure is Apollo's. */
const OPERATION_COST: Readonly<Record<OperationTypeNode, number>> = { query: 0, mutation: 10, subscription: 0 }
/** What one object costs that no directive weighs; leaves cost nothing. */
const OBJECT_WEIGHT = 1

/**
 * The cost of operations before they run, by the GraphQL cost directives of IBM in the reading of Apollo's router: the
 * sum over all fields of (items × (weight + cost of the selections)) + cost of the arguments. Where a field may answer
 * several types, the costliest counts; what @skip and @include leave out costs nothing.
 */
export function createCostCompiler(
  schema: GraphQLSchema,
  directives: CostDirectives,
  limits: CostLimits,
): CostCompiler {
  const inputCosts = createInputCosts(directives)
  return (document, operation) => {
    const root = schema.getRootType(operation.operation)
    const compilation = new Compilation({ schema, directives, inputCosts, limits }, document)
    const base = OPERATION_COST[operation.operation]
    const total = compilation.program.sum([base, root ? compilation.selections(operation.selectionSet, root) : 0])
    return (variables) => {
      const faults = new Map<FieldNode, GraphQLError>()
      const cost = compilation.program.run(total, { variables, faults })
      const tooCostly = cost > limits.cost_max ? [operationTooCostly(cost, limits.cost_max)] : []
      return { cost, refusals: [...faults.values(), ...tooCostly] }
    }
  }
}

const operationTooCostly = (cost: number, limit: number): GraphQLError =>
  gatewayError('OPERATION_TOO_COSTLY', {
    message: `The operation costs ${cost}; ${limit} is the limit. Ask for smaller pages or fewer lists in lists.`,
    extensions: { cost, limit },
  })

interface CostModel {
  readonly schema: GraphQLSchema
  readonly directives: CostDirectives
  readonly inputCosts: InputCosts
  readonly limits: CostLimits
}

/** What a field's `@listSize` says about the lists in the object that it answers. */
interface Sizing {
  readonly fields: ReadonlySet<string>
  readonly size: Cost
}

/** By the field's own directive: of its list, and of the lists inside the object that it answers. */
interface FieldSizes {
  readonly own: Cost
  readonly inside: Sizing
}

type Field = GraphQLField<unknown, unknown>

class Compilation {
  readonly program = new CostProgram()
  readonly #model: CostModel
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  // A selection below an interface is met once for every type and for every way to it: each place is compiled once.
  readonly #selections = new Map<SelectionSetNode, Map<GraphQLObjectType, Map<Sizing | undefined, Cost>>>()
  readonly #sizes = new Map<FieldNode, Map<GraphQLObjectType, FieldSizes | undefined>>()

  constructor(model: CostModel, document: DocumentNode) {
    this.#model = model
    const definitions = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
    this.#fragments = new Map(definitions.map((fragment) => [fragment.name.value, fragment]))
  }

  /** What the fields of a selection cost on one object of this type. */
  selections(selectionSet: SelectionSetNode, parent: GraphQLObjectType, sizing?: Sizing): Cost {
    const known = entry(entry(this.#selections, selectionSet), parent)
    const cost =
      known.get(sizing) ??
      this.program.sum(
        selectionSet.selections.map((node) => {
          const inclusion = this.#inclusion(node.directives)
          return inclusion === 0 ? 0 : this.program.times(inclusion, this.#selection(node, parent, sizing))
        }),
      )
    known.set(sizing, cost)
    return cost
  }

  #selection(node: SelectionNode, parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    if (node.kind === Kind.FIELD) return this.#field(node, parent, sizing)
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value)
    if (fragment === undefined || !this.#applies(fragment.typeCondition?.name.value, parent)) return 0
    return this.selections(fragment.selectionSet, parent, sizing)
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true
    const abstract = this.#model.schema.getType(condition)
    return isAbstractType(abstract) && this.#model.schema.isSubType(abstract, type)
  }

  #field(node: FieldNode, parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    const { program } = this
    const field = parent.getFields()[node.name.value]
    // Only `__typename` and introspection, which the size of the schema bounds, have no definition.
    if (field === undefined) return 0
    const coordinate = `${parent.name}.${field.name}`
    const sizes = this.#sizesOf(node, field, parent)
    const count = this.#itemCount(field.type, sizing?.fields.has(field.name) ? sizing.size : sizes?.own)
    const each = this.#item(node, field, coordinate, sizes?.inside)
    return program.sum([program.times(count, each), ...this.#arguments(node, field, coordinate)])
  }

  /** One item of a field's answer, everything inside it included. */
  #item({ selectionSet }: FieldNode, field: Field, coordinate: string, sizing: Sizing | undefined): Cost {
    const { schema, directives } = this.#model
    const type = getNamedType(field.type)
    const weight = directives.weight(coordinate)
    if (selectionSet === undefined || !isCompositeType(type)) return weight ?? directives.weight(type.name) ?? 0
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    return this.program.greatest(
      types.map((answered) =>
        this.program.sum([
          weight ?? directives.weight(answered.name) ?? OBJECT_WEIGHT,
          this.selections(selectionSet, answered, sizing),
        ]),
      ),
    )
  }

  #itemCount(type: GraphQLOutputType, size: Cost | undefined): Cost {
    const { list_items_assumed: assumed } = this.#model.limits
    if (isNonNullType(type)) return this.#itemCount(type.ofType, size)
    if (!isListType(type)) return 1
    // A directive speaks of the outer list; nothing says how long those inside it are.
    return this.program.times(size ?? assumed, this.#itemCount(type.ofType, assumed))
  }

  #sizesOf(node: FieldNode, field: Field, parent: GraphQLObjectType): FieldSizes | undefined {
    const { directives, limits } = this.#model
    const known = entry(this.#sizes, node)
    if (known.has(parent)) return known.get(parent)
    const directive = [parent, ...parent.getInterfaces()]
      .map((type) => directives.listSize(`${type.name}.${field.name}`))
      .find((found) => found !== undefined)
    let sizes: FieldSizes | undefined
    if (directive !== undefined) {
      const size = expectedSize(this.program, node, field, directive, limits)
      sizes = { own: size, inside: { fields: directive.sizedFields, size } }
    }
    known.set(parent, sizes)
    return sizes
  }

  #arguments(node: FieldNode, field: Field, coordinate: string): Cost[] {
    return field.args.flatMap((argument) => {
      const costOf = this.#model.inputCosts(argument.type, `${coordinate}(${argument.name}:)`)
      if (costOf === undefined) return []
      const value = argumentValue(node, argument)
      return [value.isFixed ? costOf(value.of({})) : this.program.read(({ variables }) => costOf(value.of(variables)))]
    })
  }

  /** 1, or 0 where @skip or @include leaves the selection out. */
  #inclusion(directives: readonly DirectiveNode[] = []): Cost {
    return directives.reduce((inclusion: Cost, { name, arguments: given }) => {
      const condition = given?.[0]?.value
      const wanted = name.value === 'include'
      if (condition === undefined || (!wanted && name.value !== 'skip')) return inclusion
      if (condition.kind === Kind.BOOLEAN) return condition.value === wanted ? inclusion : 0
      if (condition.kind !== Kind.VARIABLE) return inclusion
      const variable = condition.name.value
      const holds = this.program.read(({ variables }) => Number((variables[variable] === true) === wanted))
      return this.program.times(inclusion, holds)
    }, 1)
  }
}

/** The inner map under a key, made where there is none. */
function entry<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = maps.get(key) ?? new Map<L, V>()
  maps.set(key, known)
  return known
}
