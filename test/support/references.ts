import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode } from 'graphql'
import { SUBGRAPHS, type SubgraphName, subgraphSdl } from '../../scripts/subgraphs.ts'

/** Whose rows the entities are that several subgraphs have fields of. */
const HOMES: Readonly<Record<string, SubgraphName>> = {
  User: 'risk',
  BillingAccount: 'billing',
  Payment: 'payments',
  Remittance: 'payments',
}

/** Every field, as `Type.field`, that answers with an entity whose rows another subgraph has. */
export function referencesBetweenSubgraphs(): string[] {
  const types = SUBGRAPHS.flatMap(({ name: subgraph }) => {
    const definitions = subgraphSdl(subgraph).definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
    return definitions.map((type) => ({ subgraph, type }))
  })
  const entities = types.filter(({ type }) => isEntity(type)).map(({ type }) => type.name.value)
  const homeless = entities.filter((name, n) => entities.indexOf(name) !== n && HOMES[name] === undefined)
  if (homeless.length > 0) throw new Error(`Whose rows are they? ${homeless}`)
  return types.flatMap(({ subgraph, type }) =>
    (type.fields ?? [])
      .filter((field) => (HOMES[typeName(field)] ?? subgraph) !== subgraph)
      .map((field) => `${type.name.value}.${field.name.value}`),
  )
}

const isEntity = ({ directives }: ObjectTypeDefinitionNode): boolean =>
  directives?.some(({ name }) => name.value === 'key') ?? false

function typeName({ type }: FieldDefinitionNode): string {
  let named = type
  while (named.kind !== Kind.NAMED_TYPE) named = named.type
  return named.name.value
}
