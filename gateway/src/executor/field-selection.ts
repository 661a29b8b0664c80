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
  /** Undefined as soon as one of its selections has no condition, unless where it stands depends on one. */
  condition: Condition
  readonly below: Selected[]
}

/** Where a key stands, if its condition holds and it does not stand before. */
export interface FieldPlace {
  readonly group: FieldGroup
  condition: Condition
}

export interface CollectedFields {
  readonly groups: readonly FieldGroup[]
  /** Undefined where that of the groups is the order of every answer. */
  readonly order: readonly FieldPlace[] | undefined
}

export interface CollectOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Whether an object that is being answered fits the type condition of a fragment. */
  readonly applies: (typeCondition: string) => boolean
}

/** GraphQL's CollectFields for one type of object, done before there is a request: conditions stay to be asked. */
export const collectFields = (selected: readonly Selected[], options: CollectOptions): readonly FieldGroup[] =>
  collectInOrder(selected, options).groups

/** The same, with the order of keys: each stands where it is selected first, which conditions may decide. */
export function collectInOrder(selected: readonly Selected[], options: CollectOptions): CollectedFields {
  const groups = new Map<string, FieldGroup>()
  const order: FieldPlace[] = []
  for (const { selectionSet, condition } of selected) collect(selectionSet, condition, { groups, order }, options)
  const placed = new Set<FieldGroup>()
  for (const { group } of order) {
    if (placed.has(group)) group.condition ??= always
    placed.add(group)
  }
  return { groups: [...groups.values()], order: order.length === groups.size ? undefined : order }
}

const always = (): boolean => true

interface Collecting {
  readonly groups: Map<string, FieldGroup>
  readonly order: FieldPlace[]
}

function collect(
  { selections }: SelectionSetNode,
  outer: Condition,
  collecting: Collecting,
  options: CollectOptions,
): void {
  for (const selection of selections) {
    const own = conditionOf(selection.directives ?? [])
    if (own === 'never') continue
    const condition = both(outer, own)
    if (selection.kind === Kind.FIELD) add(selection, condition, collecting)
    else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : options.fragments.get(selection.name.value)
      const typeCondition = fragment?.typeCondition?.name.value
      if (fragment === undefined || !(typeCondition === undefined || options.applies(typeCondition))) continue
      collect(fragment.selectionSet, condition, collecting, options)
    }
  }
}

function add(node: FieldNode, condition: Condition, { groups, order }: Collecting): void {
  const key = node.alias?.value ?? node.name.value
  const known = groups.get(key)
  const below = node.selectionSet === undefined ? [] : [{ selectionSet: node.selectionSet, condition }]
  if (known === undefined) {
    const group = { key, name: node.name.value, nodes: [node], condition, below }
    groups.set(key, group)
    order.push({ group, condition })
  } else {
    if (known.condition !== undefined) place(known, condition, order)
    known.condition = either(known.condition, condition)
    known.nodes.push(node)
    known.below.push(...below)
  }
}

function place(group: FieldGroup, condition: Condition, order: FieldPlace[]): void {
  const last = order.at(-1)
  if (last?.group === group) last.condition = either(last.condition, condition)
  else order.push({ group, condition })
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
