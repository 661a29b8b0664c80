import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { fragmentsOf } from '../executor/root-fields.ts'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import { entityKey, pathOf, requirementKey } from '../supergraph/requirements.ts'
import { isOfSomeTypes } from './whole-requirements.ts'

const NOTHING: ReadonlySet<string> = new Set()

/** Fields of entities that are asked for together, and what they require. */
interface Group {
  /** Under which variables they are asked for, or for which requirement, where that must not be mixed with others. */
  readonly condition: string
  /** Paths of what they require. */
  readonly required: Set<string>
}

/**
 * Fetches that together ask for what a fetch of entities asks for:
 *
 * - None requires the same field twice with different arguments. A representation has room for one value of it.
 * - None requires for one field what another does without, if that one field is asked for on a condition. What it requires
 *   is asked for on the same condition, and an entity of which something is missing is not asked about at all.
 * - Nor if it is asked about some types of an interface that the subgraph knows as an object: of the others, what these
 *   require is not there.
 */
export function splitFetch(fetch: FetchNode, supergraph: PlannableSupergraph): readonly FetchNode[] {
  const { standIns, requirements, keyFields } = supergraph
  const { requires = [], serviceName } = fetch
  const isConflicting = (paths: readonly string[]): boolean => {
    const required = new Set(paths.map(lastOf).filter((name) => standIns.has(name)))
    return new Set([...required].map((name) => standIns.get(name)?.field)).size < required.size
  }
  if (requires.length === 0) return [fetch]
  const isMixed = isOfSomeTypes(fetch)
  if (!isMixed && !fetch.operation.includes('@') && !isConflicting(fieldNames(requires))) return [fetch]

  const document = withoutSpreads(parse(fetch.operation, { noLocation: true }))
  const groups: Group[] = []
  const groupOf = new Map<FieldNode, Group>()
  for (const { type, field, condition } of entityFields(document)) {
    const name = standIns.get(field.name.value)?.field ?? field.name.value
    const own = requirements.get(requirementKey(serviceName, type, name)) ?? NOTHING
    const wanted = own.size === 0 ? '' : isMixed ? [condition, ...own].join(' ') : condition
    const fits = (group: Group) => group.condition === wanted && !isConflicting([...group.required, ...own])
    const known = groups.find(fits)
    const group = known ?? { condition: wanted, required: new Set() }
    if (known === undefined) groups.push(group)
    for (const required of own) group.required.add(required)
    groupOf.set(field, group)
  }
  if (groups.length < 2) return [fetch]

  const asked = new Set(groups.flatMap(({ required }) => [...required]))
  return groups.map((group) => {
    const operation = printed(document, (field) => groupOf.get(field) === group)
    const isDropped = (path: string, type: string): boolean =>
      asked.has(path) && !group.required.has(path) && !keyFields.get(entityKey(serviceName, type))?.has(path)
    return {
      ...fetch,
      operation,
      requires: without(requires, isDropped, { type: '', path: '' }),
      variableUsages: (fetch.variableUsages ?? []).filter((name) => variablesIn(operation).has(name)),
    }
  })
}

function fieldNames(selections: readonly QueryPlanSelectionNode[]): readonly string[] {
  return selections.flatMap((selection) => [
    ...(selection.kind === 'Field' ? [selection.name] : []),
    ...fieldNames(selection.selections ?? []),
  ])
}

/** The last name of a path. */
const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** @param above the type of the entity, and the path of the field around, '' where there is none */
function without(
  selections: readonly QueryPlanSelectionNode[],
  isDropped: (path: string, type: string) => boolean,
  above: { readonly type: string; readonly path: string },
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection) => {
    const inner = { ...above }
    if (selection.kind === 'Field') inner.path = pathOf(above.path, selection.name)
    else if (above.path === '') inner.type = selection.typeCondition ?? above.type
    if (selection.kind === 'Field' && isDropped(inner.path, inner.type)) return []
    if (selection.selections === undefined) return [selection]
    const kept = without(selection.selections, isDropped, inner)
    return kept.length === 0 ? [] : [{ ...selection, selections: kept }]
  })
}

interface EntityField {
  readonly type: string
  readonly field: FieldNode
  /** Its and its fragments' @skip and @include, printed. */
  readonly condition: string
}

/** The fields of the entities that an operation on `_entities` asks for; not what is below them. */
function entityFields(document: DocumentNode): readonly EntityField[] {
  return operationOf(document).selectionSet.selections.flatMap((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet ? fieldsOn('', entities.selectionSet, '') : [],
  )
}

function fieldsOn(type: string, { selections }: SelectionSetNode, outer: string): readonly EntityField[] {
  return selections.flatMap((selection) => {
    const condition = outer + conditionOf(selection.directives)
    if (selection.kind === Kind.FIELD) return [{ type, field: selection, condition }]
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    return fieldsOn(selection.typeCondition?.name.value ?? type, selection.selectionSet, condition)
  })
}

const conditionOf = (directives: readonly DirectiveNode[] = []): string =>
  directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include')
    .map(print)
    .join('')

/** The operation alone, with its fragments written out. */
function withoutSpreads(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document.definitions)
  return visit(
    { ...document, definitions: [operationOf(document)] },
    {
      FragmentSpread({ name, directives = [] }) {
        const { typeCondition, selectionSet } = fragments.get(name.value) ?? {}
        if (typeCondition === undefined || selectionSet === undefined) throw new Error(`no fragment ${name.value}`)
        return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }
      },
    },
  )
}

/** The operation with those fields of its entities alone. */
function printed(document: DocumentNode, isKept: (field: FieldNode) => boolean): string {
  const keep = ({ kind, selections }: SelectionSetNode): SelectionSetNode => ({
    kind,
    selections: selections.flatMap((selection): SelectionNode | readonly SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return isKept(selection) ? selection : []
      if (selection.kind === Kind.FRAGMENT_SPREAD) return []
      const selectionSet = keep(selection.selectionSet)
      return selectionSet.selections.length === 0 ? [] : { ...selection, selectionSet }
    }),
  })
  const operation = operationOf(document)
  const selectionSet: SelectionSetNode = {
    ...operation.selectionSet,
    selections: operation.selectionSet.selections.map((entities) =>
      entities.kind === Kind.FIELD && entities.selectionSet
        ? { ...entities, selectionSet: keep(entities.selectionSet) }
        : entities,
    ),
  }
  const used = variablesIn(print(selectionSet))
  const variableDefinitions =
    operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? []
  return stripIgnoredCharacters(print({ ...operation, selectionSet, variableDefinitions }))
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) throw new Error('a fetch has no operation')
  return operation
}

function variablesIn(operation: string): ReadonlySet<string> {
  const names = new Set<string>()
  visit(parse(operation, { noLocation: true }), { Variable: ({ name }) => void names.add(name.value) })
  return names
}
