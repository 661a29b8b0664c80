import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

/** Whether something is selected, given the coerced variables; undefined where it always is. */
export type Condition = ((coerced: Readonly<Record<string, unknown>>) => boolean) | undefined

/** A selection set that counts while its condition holds. */
export interface Selected {
  readonly selectionSet: SelectionSetNode
  readonly condition: Condition
}

/** All that an operation selects under one response key. */
export interface FieldGroup {
  readonly key: string
  readonly name: string
  readonly nodes: FieldNode[]
  /** Undefined as soon as one of its selections has no condition. */
  condition: Condition
  readonly below: Selected[]
}

export interface CollectOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Whether an object that is being answered fits the type condition of a fragment. */
  readonly applies: (typeCondition: string) => boolean
}

/** GraphQL's CollectFields for one type of object, done before there is a request: conditions stay to be asked. */
export function collectFields(selected: readonly Selected[], options: CollectOptions): readonly FieldGroup[] {
  const groups = new Map<string, FieldGroup>()
  for (const { selectionSet, condition } of selected) collect(selectionSet, condition, groups, options)
  return [...groups.values()]
}

function collect(
  { selections }: SelectionSetNode,
  outer: Condition,
  groups: Map<string, FieldGroup>,
  options: CollectOptions,
): void {
  for (const selection of selections) {
    const own = conditionOf(selection.directives ?? [])
    if (own === 'never') continue
    const condition = both(outer, own)
    if (selection.kind === Kind.FIELD) add(selection, condition, groups)
    else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : options.fragments.get(selection.name.value)
      const typeCondition = fragment?.typeCondition?.name.value
      if (fragment === undefined || !(typeCondition === undefined || options.applies(typeCondition))) continue
      collect(fragment.selectionSet, condition, groups, options)
    }
  }
}

function add(node: FieldNode, condition: Condition, groups: Map<string, FieldGroup>): void {
  const key = node.alias?.value ?? node.name.value
  const known = groups.get(key)
  const below = node.selectionSet === undefined ? [] : [{ selectionSet: node.selectionSet, condition }]
  if (known === undefined) groups.set(key, { key, name: node.name.value, nodes: [node], condition, below })
  else {
    known.condition = either(known.condition, condition)
    known.nodes.push(node)
    known.below.push(...below)
  }
}

/** Of what is on these directives; `never` where it is never selected. */
export function conditionOf(directives: readonly DirectiveNode[]): Condition | 'never' {
  let condition: Condition
  for (const { name, arguments: given = [] } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue
    const value = given.find((argument) => argument.name.value === 'if')?.value
    const one = value && conditionOn(value, name.value === 'include')
    if (one === 'never') return 'never'
    condition = both(condition, one)
  }
  return condition
}

function conditionOn(value: ValueNode, wanted: boolean): Condition | 'never' {
  if (value.kind === Kind.VARIABLE) {
    const variable = value.name.value
    return (coerced) => coerced[variable] === wanted
  }
  return value.kind === Kind.BOOLEAN && value.value !== wanted ? 'never' : undefined
}

export function both(one: Condition, other: Condition): Condition {
  if (one === undefined || other === undefined) return one ?? other
  return (coerced) => one(coerced) && other(coerced)
}

export function either(one: Condition, other: Condition): Condition {
  if (one === undefined || other === undefined) return undefined
  return (coerced) => one(coerced) || other(coerced)
}
