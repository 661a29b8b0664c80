import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  Source,
} from 'graphql'

/**
 * The SDL of one subgraph: all `.graphql` files of a folder as one document, in the order of their names. An
 * `extend type` that has its `type` in another file is made part of it, so that nobody behind sees how the files are
 * cut: composition would take a type that is only ever extended for one that another subgraph owns.
 * @param folder absolute path
 * @throws GraphQLError where a file is no SDL, with its path, line and column
 */
export function readSdl(folder: string): DocumentNode {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'))
  const documents = files.sort().map((file) => {
    const path = join(folder, file)
    return parse(new Source(readFileSync(path, 'utf8'), path))
  })
  return { kind: Kind.DOCUMENT, definitions: withoutExtensions(documents.flatMap(({ definitions }) => definitions)) }
}

function withoutExtensions(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const extensions = Map.groupBy(
    definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_EXTENSION),
    ({ name }) => name.value,
  )
  const types = definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
  const defined = new Set(types.map(({ name }) => name.value))
  return definitions
    .filter((node) => node.kind !== Kind.OBJECT_TYPE_EXTENSION || !defined.has(node.name.value))
    .map((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION ? extended(node, extensions.get(node.name.value) ?? []) : node,
    )
}

const extended = (
  type: ObjectTypeDefinitionNode,
  extensions: readonly ObjectTypeExtensionNode[],
): ObjectTypeDefinitionNode => {
  const parts = [type, ...extensions]
  return {
    ...type,
    interfaces: parts.flatMap(({ interfaces = [] }) => interfaces),
    directives: parts.flatMap(({ directives = [] }) => directives),
    fields: parts.flatMap(({ fields = [] }) => fields),
  }
}
