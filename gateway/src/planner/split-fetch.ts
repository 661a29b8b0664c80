import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
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
import { requirementKey, type StandIns } from '../supergraph/stand-ins.ts'

const NOTHING: ReadonlySet<string> = new Set()

/**
 * Fetches that together ask for what a fetch of entities asks for, none of which requires the same field twice with
 * different arguments: a representation has room for one value of it.
 */
export function splitFetch(fetch: FetchNode, { standIns, requirements }: StandIns): readonly FetchNode[] {
  const { requires = [], serviceName } = fetch
  const isConflicting = (names: readonly string[]): boolean =>
    new Set(names.map((name) => standIns.get(name)?.field)).size < new Set(names).size
  const required = fieldNames(requires).filter((name) => standIns.has(name))
  if (!isConflicting(required)) return [fetch]

  const document = parse(fetch.operation, { noLocation: true })
  const groups: Set<string>[] = []
  const groupOf = new Map<FieldNode, Set<string>>()
  for (const { type, field } of entityFields(document)) {
    const name = standIns.get(field.name.value)?.field ?? field.name.value
    const own = requirements.get(requirementKey(serviceName, type, name)) ?? NOTHING
    const known = groups.find((group) => !isConflicting([...group, ...own]))
    const group = known ?? new Set()
    if (known === undefined) groups.push(group)
    for (const standIn of own) group.add(standIn)
    groupOf.set(field, group)
  }
  const asked = new Set(groups.flatMap((group) => [...group]))
  return groups.map((group) => {
    const operation = printed(document, (field) => groupOf.get(field) === group)
    return {
      ...fetch,
      operation,
      requires: without(requires, (name) => asked.has(name) && !group.has(name)),
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

function without(
  selections: readonly QueryPlanSelectionNode[],
  isDropped: (field: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field' && isDropped(selection.name)) return []
    if (selection.selections === undefined) return [selection]
    const selections = without(selection.selections, isDropped)
    return selections.length === 0 ? [] : [{ ...selection, selections }]
  })
}

interface EntityField {
  readonly type: string
  readonly field: FieldNode
}

/** The fields of the entities that an operation on `_entities` asks for; not what is below them. */
function entityFields(document: DocumentNode): readonly EntityField[] {
  return operationOf(document).selectionSet.selections.flatMap((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet ? fieldsOn('', entities.selectionSet) : [],
  )
}

function fieldsOn(type: string, { selections }: SelectionSetNode): readonly EntityField[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [{ type, field: selection }]
    if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('a plan was not to name fragments')
    return fieldsOn(selection.typeCondition?.name.value ?? type, selection.selectionSet)
  })
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
