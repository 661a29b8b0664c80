import type { FetchNode } from '@apollo/query-planner'
import { type DefinitionNode, type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { collectFields, type FieldGroup } from './field-selection.ts'

/** What a fetch asks for at its root. */
export function rootFields({ operation }: FetchNode): readonly FieldGroup[] {
  const { definitions } = parse(operation, { noLocation: true })
  const selected = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? [{ selectionSet: definition.selectionSet, condition: undefined }]
      : [],
  )
  // A root has one type, which every fragment in it fits.
  return collectFields(selected, { fragments: fragmentsOf(definitions), applies: () => true })
}

export const fragmentsOf = (definitions: readonly DefinitionNode[]): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )
