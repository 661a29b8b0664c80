import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
} from 'graphql'
import { argumentValue } from './argument-value.ts'
import type { CostDirectives } from './cost-directives.ts'
import type { Cost, CostProgram } from './cost-program.ts'
import type { InputCosts } from './input-cost.ts'
import { type CostLimits, expectedSize } from './list-size.ts'

export interface CostModel {
  readonly schema: GraphQLSchema
  readonly directives: CostDirectives
  readonly inputCosts: InputCosts
  readonly limits: CostLimits
}

/** What a field's `@listSize` says about the lists in the object that it answers. */
export interface Sizing {
  readonly fields: ReadonlySet<string>
  readonly size: Cost
}

/** By the field's own directive: of its list, and of the lists inside the object that it answers. */
interface FieldSizes {
  readonly own: Cost
  readonly inside: Sizing
}

type Field = GraphQLField<unknown, unknown>

/** What one object costs that no directive weighs; leaves cost nothing. */
const OBJECT_WEIGHT = 1

/** A field at one place: on one type, below a field with one sizing. */
export interface FieldPlace {
  readonly node: FieldNode
  readonly parent: GraphQLObjectType
  /** What the field above says about lists here. */
  readonly sizing: Sizing | undefined
  /** 1, or 0 where the operation leaves the field out. */
  readonly inclusion: Cost
}

/** What the selections of a field cost on one object of a type that it answers. */
type SelectionsCost = (answered: GraphQLObjectType, sizing: Sizing | undefined) => Cost

/** What fields cost, but for what is selected below them. */
export class FieldCosts {
  readonly program: CostProgram
  readonly #model: CostModel
  readonly #sizes = new Map<FieldNode, Map<GraphQLObjectType, FieldSizes | undefined>>()

  constructor(program: CostProgram, model: CostModel) {
    this.program = program
    this.#model = model
  }

  /** All of a field: items × (weight + selections) + arguments. */
  cost({ node, parent, sizing, inclusion }: FieldPlace, ofSelections: SelectionsCost): Cost {
    const { program } = this
    const field = parent.getFields()[node.name.value]
    // Only `__typename` and introspection, which the size of the schema bounds, have no definition.
    if (field === undefined) return 0
    const coordinate = `${parent.name}.${field.name}`
    const sizes = this.#sizesOf(node, field, parent)
    const count = this.#itemCount(field.type, sizing?.fields.has(field.name) ? sizing.size : sizes?.own)
    const inputs = program.times(inclusion, program.sum(this.#arguments(node, field, coordinate)))
    const each = program.greatest(
      this.#answered(field, coordinate).map(({ type, weight }) => {
        const weighed = program.times(inclusion, weight)
        return type === undefined ? weighed : program.sum([weighed, ofSelections(type, sizes?.inside)])
      }),
    )
    return program.sum([program.times(count, each), inputs])
  }

  /** The types that a field may answer, and what one of each weighs; no type where it answers leaves. */
  #answered(field: Field, coordinate: string) {
    const { schema, directives } = this.#model
    const type = getNamedType(field.type)
    const weight = directives.weight(coordinate)
    if (!isCompositeType(type)) return [{ type: undefined, weight: weight ?? directives.weight(type.name) ?? 0 }]
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    return types.map((one) => ({ type: one, weight: weight ?? directives.weight(one.name) ?? OBJECT_WEIGHT }))
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
    const known = this.#sizes.get(node) ?? new Map<GraphQLObjectType, FieldSizes | undefined>()
    this.#sizes.set(node, known)
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
}
