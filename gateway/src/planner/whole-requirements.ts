import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { entityKey, type Requirements } from '../supergraph/requirements.ts'

/** Whether a fetch asks a subgraph that knows an interface as an object about some of its types. */
export const isOfSomeTypes = ({ requires = [], inputRewrites = [] }: FetchNode): boolean =>
  requires.length > 1 && inputRewrites.some(({ kind }) => kind === 'ValueSetter')

/**
 * A fetch each of whose fragments requires all that is required.
 *
 * Where a subgraph knows an interface as an object, the planner may demand the key of one type alone and what is required
 * of the whole interface: `... on Blue { id } ... on Media { title }`. An object of another type that happens to have a
 * title would be represented without its key, which subgraphs refuse, and with it all that is asked beside it.
 */
export function withWholeRequirements(fetch: FetchNode, { keyFields }: Pick<Requirements, 'keyFields'>): FetchNode {
  const { requires = [], serviceName, inputRewrites = [] } = fetch
  if (!isOfSomeTypes(fetch)) return fetch
  const interfaces = new Set(
    inputRewrites.flatMap((rewrite) => (rewrite.kind === 'ValueSetter' ? [rewrite.setValueTo] : [])),
  )
  const keysOf = (type: string | undefined): ReadonlySet<string> | undefined =>
    keyFields.get(entityKey(serviceName, type ?? ''))
  const isKey = ({ typeCondition }: TypeSelection, field: QueryPlanSelectionNode): boolean =>
    field.kind === 'Field' && keysOf(typeCondition)?.has(field.name) === true

  const ofTypes = requires.filter(isOnType)
  const ofInterfaces = ofTypes.filter(({ typeCondition }) => interfaces.has(typeCondition))
  const required = ofInterfaces.flatMap((selection) =>
    selection.selections.filter((field) => !isKey(selection, field) && !isTypename(field)),
  )
  const isKeyless = (selection: TypeSelection): boolean =>
    ofInterfaces.includes(selection) && !selection.selections.some((field) => isKey(selection, field))
  return {
    ...fetch,
    requires: ofTypes
      .filter((selection) => !isKeyless(selection))
      .map((selection) => {
        // A type of which the subgraph has keys is no type of the interface to it.
        const isWhole = keysOf(selection.typeCondition) !== undefined
        return isWhole ? selection : { ...selection, selections: [...selection.selections, ...required] }
      }),
  }
}

type TypeSelection = Extract<QueryPlanSelectionNode, { kind: 'InlineFragment' }>

const isOnType = (selection: QueryPlanSelectionNode): selection is TypeSelection => selection.kind === 'InlineFragment'

const isTypename = (field: QueryPlanSelectionNode): boolean => field.kind === 'Field' && field.name === '__typename'
