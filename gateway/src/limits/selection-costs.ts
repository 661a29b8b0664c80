import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { ALWAYS, both, type Condition, conditionOf, Inclusions } from './conditions.ts'
import type { Cost, CostProgram } from './cost-program.ts'
import { type CostModel, FieldCosts, type Sizing } from './field-costs.ts'

/** A selection that is taken under a condition, beside others of the same object. */
interface Part<Node> {
  readonly node: Node
  readonly condition: Condition
}

type Fields = Map<string, Part<FieldNode>[]>

/**
 * Selections that are looked at to merge fields. The places where different ones come together may grow exponentially with
 * a document; an everyday one looks at each of its thousand tokens for a few types. These take some 10 ms at the worst; what
 * is left when they are used up is reckoned unmerged, where a field counts as often as it is selected.
 */
const MERGE_STEPS_MAX = 5_000

/** What selections cost, each field under one name once for each object, as it is executed. */
export class SelectionCosts {
  readonly #program: CostProgram
  readonly #model: CostModel
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #fields: FieldCosts
  readonly #inclusions: Inclusions
  /** Selections that are met again, at places that come to the same. */
  readonly #merged = new Map<string, Cost>()
  readonly #unmerged = new Map<string, Cost>()
  readonly #ids = new Map<object | undefined, number>()
  #stepsLeft = MERGE_STEPS_MAX

  constructor(program: CostProgram, model: CostModel, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#program = program
    this.#model = model
    this.#fragments = fragments
    this.#fields = new FieldCosts(program, model)
    this.#inclusions = new Inclusions(program)
  }

  /** What the fields of a selection cost on one object of this type. */
  of(selectionSet: SelectionSetNode, parent: GraphQLObjectType): Cost {
    return this.#together([{ node: selectionSet, condition: ALWAYS }], parent, undefined)
  }

  #together(parts: readonly Part<SelectionSetNode>[], parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    const key = [
      parent.name,
      this.#idOf(sizing),
      ...parts.map(({ node, condition }) => `${this.#idOf(node)}${condition}`),
    ].join(' ')
    const known = this.#merged.get(key)
    if (known !== undefined) return known
    const fields = this.#collect(parts, parent)
    const cost =
      fields === undefined
        ? this.#program.sum(
            parts.map(({ node, condition }) =>
              this.#program.times(this.#inclusions.of(condition), this.#apart(node, parent, sizing)),
            ),
          )
        : this.#program.sum([...fields.values()].map((group) => this.#field(group, parent, sizing)))
    this.#merged.set(key, cost)
    return cost
  }

  /** By the names under which they are answered; undefined when too much has been looked at. */
  #collect(parts: readonly Part<SelectionSetNode>[], parent: GraphQLObjectType): Fields | undefined {
    const fields: Fields = new Map()
    const spread = new Set<string>()
    const gather = ({ node, condition }: Part<SelectionSetNode>): void => {
      for (const selection of node.selections) {
        if (this.#stepsLeft-- <= 0) return
        const taken = both(condition, conditionOf(selection.directives))
        if (taken === undefined) continue
        if (selection.kind === Kind.FIELD) {
          const name = selection.alias?.value ?? selection.name.value
          const group = fields.get(name)
          const part = { node: selection, condition: taken }
          if (group === undefined) fields.set(name, [part])
          else group.push(part)
        } else {
          const inner = this.#applying(selection, parent)
          const id = `${this.#idOf(inner)} ${taken}`
          if (inner === undefined || spread.has(id)) continue
          spread.add(id)
          gather({ node: inner, condition: taken })
        }
      }
    }
    for (const part of parts) gather(part)
    return this.#stepsLeft > 0 ? fields : undefined
  }

  /** One field, however often it is selected: arguments are the same wherever it is, or the document would not be valid. */
  #field(group: readonly Part<FieldNode>[], parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    const [first] = group
    if (first === undefined) return 0
    const conditions = new Set(group.map(({ condition }) => condition))
    const inclusion = this.#inclusions.any(conditions)
    // Where all are taken together or not at all, what is below them is the same as without a condition.
    const isOne = conditions.size === 1
    const parts = group.flatMap(({ node: { selectionSet }, condition }) =>
      selectionSet === undefined ? [] : [{ node: selectionSet, condition: isOne ? ALWAYS : condition }],
    )
    const place = { node: first.node, parent, sizing, inclusion: isOne ? 1 : inclusion }
    const cost = this.#fields.cost(place, (answered, inside) => this.#together(parts, answered, inside))
    return isOne ? this.#program.times(inclusion, cost) : cost
  }

  /** The same without merging, each selection by itself: each place is reckoned once. */
  #apart(selectionSet: SelectionSetNode, parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    const key = `${parent.name} ${this.#idOf(sizing)} ${this.#idOf(selectionSet)}`
    const known = this.#unmerged.get(key)
    if (known !== undefined) return known
    const costs = selectionSet.selections.map((selection) =>
      this.#program.times(
        this.#inclusions.of(conditionOf(selection.directives)),
        this.#selectionApart(selection, parent, sizing),
      ),
    )
    const cost = this.#program.sum(costs)
    this.#unmerged.set(key, cost)
    return cost
  }

  #selectionApart(selection: SelectionNode, parent: GraphQLObjectType, sizing: Sizing | undefined): Cost {
    if (selection.kind !== Kind.FIELD) {
      const inner = this.#applying(selection, parent)
      return inner === undefined ? 0 : this.#apart(inner, parent, sizing)
    }
    const { selectionSet } = selection
    return this.#fields.cost({ node: selection, parent, sizing, inclusion: 1 }, (answered, inside) =>
      selectionSet === undefined ? 0 : this.#apart(selectionSet, answered, inside),
    )
  }

  /** What a fragment selects, where it is about this type. */
  #applying(node: Exclude<SelectionNode, FieldNode>, parent: GraphQLObjectType): SelectionSetNode | undefined {
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value)
    const condition = fragment?.typeCondition?.name.value ?? parent.name
    if (condition === parent.name) return fragment?.selectionSet
    const { schema } = this.#model
    const abstract = schema.getType(condition)
    return isAbstractType(abstract) && schema.isSubType(abstract, parent) ? fragment?.selectionSet : undefined
  }

  #idOf(thing: object | undefined): number {
    const known = this.#ids.get(thing) ?? this.#ids.size
    this.#ids.set(thing, known)
    return known
  }
}
