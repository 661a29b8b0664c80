import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { parse, print, stripIgnoredCharacters, visit } from 'graphql'
import { withFetches } from '../executor/fetches-of.ts'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'
import type { StandIns } from '../supergraph/stand-ins.ts'
import { withOwnContexts } from './contextual-variables.ts'
import { inOwnRootType } from './own-root-type.ts'
import { splitFetch } from './split-fetch.ts'
import { withWholeRequirements } from './whole-requirements.ts'

/**
 * Puts the fields that subgraphs know back in the place of their stand-ins: a call asks for the field under the
 * stand-in's name, and a representation takes it from there. Fetches whose requirements do not go together are split, and
 * none asks about an object without its key.
 */
export function putBack(node: PlanNode, supergraph: PlannableSupergraph): PlanNode {
  return withFetches(node, (fetch) => {
    const [only, ...more] = splitFetch(fetch, supergraph)
      .map((part) => withWholeRequirements(part, supergraph))
      .map((part) => putBackFetch(part, supergraph))
    if (only === undefined || more.length === 0) return only ?? fetch
    return { kind: 'Parallel', nodes: [only, ...more] }
  })
}

/** As `putBack`, of a fetch that requires nothing of another. */
export function putBackFetch(fetch: FetchNode, { standIns }: PlannableSupergraph): FetchNode {
  const { operationDocumentNode: _, ...rest } = withOwnContexts(inOwnRootType(fetch))
  const requires = fetch.requires?.map((selection) => takenFromStandIn(selection, standIns))
  return {
    ...rest,
    operation: askedUnderStandIn(rest.operation, standIns),
    ...(requires && { requires }),
  }
}

function askedUnderStandIn(operation: string, standIns: StandIns): string {
  if (![...standIns.keys()].some((name) => operation.includes(name))) return operation
  const document = visit(parse(operation, { noLocation: true }), {
    Field(node) {
      const required = standIns.get(node.name.value)
      if (required === undefined) return undefined
      const { field, arguments: given } = required
      // What it has of arguments itself is contextual.
      const all = [...given, ...(node.arguments ?? [])]
      return { ...node, alias: node.alias ?? node.name, name: { ...node.name, value: field }, arguments: all }
    },
  })
  return stripIgnoredCharacters(print(document))
}

function takenFromStandIn(selection: QueryPlanSelectionNode, standIns: StandIns): QueryPlanSelectionNode {
  const selections = selection.selections?.map((inner) => takenFromStandIn(inner, standIns))
  if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] }
  const below = selections && { selections }
  const required = standIns.get(selection.name)
  return required === undefined
    ? { ...selection, ...below }
    : { ...selection, ...below, alias: selection.name, name: required.field }
}
