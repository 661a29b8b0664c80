import { type DirectiveNode, Kind, type ObjectTypeDefinitionNode, valueFromASTUntyped } from 'graphql'
import { SUBGRAPHS, type SubgraphName, subgraphSdl } from './subgraphs.ts'

const INTRODUCTION = `# Who may read and do what

Generated from the directives in \`schema/subgraphs\` by \`pnpm docs:generate\`; the gateway and the subgraphs both enforce them. A
change of this page is a change of what somebody may see, so it is to be reviewed as one.

A row without a field holds for every field of the type. A caller needs one of the scopes (all of those joined by "and"),
and has to be one of those under "who": \`owner\` is the user whom the object belongs to, \`operator\` and \`service\` are
roles of the token. What is not listed may be read by whoever was given the object that it is a field of.

A subscription is authorised when it is opened. One that runs while the gateway takes up a stricter supergraph goes on by what
held then, with a token until that expires. Subgraphs enforce their own marks at every fetch and whenever a stream is
opened, so a subgraph that is restarted with them refuses what they forbid; where only the gateway knows them, restart it: its
subscriptions end with their cursors and are authorised anew.
`

const ROOTS = ['Query', 'Mutation', 'Subscription']

/** Every mark of \`@authenticated\`, \`@requiresScopes\` and \`@policy\` as a table for each subgraph. */
export function accessPage(): string {
  return [INTRODUCTION, ...SUBGRAPHS.map(({ name }) => section(name))].join('\n')
}

function section(name: SubgraphName): string {
  const types = subgraphSdl(name).definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
  const isRoot = (type: ObjectTypeDefinitionNode): boolean => ROOTS.includes(type.name.value)
  const rootsFirst = [...types.filter(isRoot), ...types.filter((type) => !isRoot(type))]
  const rows = rootsFirst.flatMap(rowsOf).map((cells) => `| ${cells.join(' | ')} |`)
  return `## ${name}\n\n| type | field | scopes | who |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

function rowsOf(type: ObjectTypeDefinitionNode): string[][] {
  const marked = [{ field: '', directives: type.directives ?? [] }]
  for (const { name, directives = [] } of type.fields ?? []) marked.push({ field: `\`${name.value}\``, directives })
  return marked.flatMap(({ field, directives }) => {
    const scopes = alternatives(directives, 'requiresScopes', 'scopes')
    const policies = alternatives(directives, 'policy', 'policies')
    const isSignedIn = directives.some(({ name }) => name.value === 'authenticated')
    if (scopes === undefined && policies === undefined && !isSignedIn) return []
    return [[`\`${type.name.value}\``, field, scopes ?? '', policies ?? 'anybody who is signed in']]
  })
}

/** `a and b or c` for `[["a", "b"], ["c"]]`. */
function alternatives(directives: readonly DirectiveNode[], directive: string, argument: string): string | undefined {
  const found = directives.find(({ name }) => name.value === directive)
  const value = found?.arguments?.find(({ name }) => name.value === argument)?.value
  if (value === undefined) return undefined
  const anyOf = valueFromASTUntyped(value) as string[][]
  return anyOf.map((allOf) => allOf.map((word) => `\`${word}\``).join(' and ')).join(' or ')
}
