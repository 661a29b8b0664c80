import { type ConstDirectiveNode, type GraphQLDirective, type GraphQLSchema, valueFromASTUntyped } from 'graphql'
import { z } from 'zod'
import { StartupFault } from '../startup-fault.ts'

export const ACCESS_DIRECTIVES = ['authenticated', 'requiresScopes', 'policy'] as const
export type AccessDirective = (typeof ACCESS_DIRECTIVES)[number]

/**
 * The three access directives by the name that they have in this schema: as imported, or renamed
 * (`import: [{ name: "@policy", as: "@may" }]`), or namespaced (`@federation__policy`).
 */
export function accessDirectives(
  schema: GraphQLSchema,
): ReadonlyMap<string, { kind: AccessDirective; definition: GraphQLDirective }> {
  const imports = federationImports(schema)
  const found = new Map<string, { kind: AccessDirective; definition: GraphQLDirective }>()
  for (const kind of ACCESS_DIRECTIVES) {
    const name = imports.get(`@${kind}`)?.slice(1) ?? `federation__${kind}`
    if (name !== kind && schema.getDirective(kind))
      throw new StartupFault(`The schema has a directive @${kind} that is not federation's: nothing would enforce it.`)
    const definition = schema.getDirective(name)
    if (definition) found.set(name, { kind, definition })
  }
  return found
}

/** From federation's name of an element, `@` included, to its name here. */
function federationImports(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const nodes = [schema.astNode, ...schema.extensionASTNodes].flatMap((node) => node?.directives ?? [])
  const imports = new Map<string, string>()
  for (const node of nodes) {
    const link = node.name.value === 'link' ? LINK.safeParse(argumentsOf(node)) : undefined
    if (!link?.data?.url.startsWith(FEDERATION)) continue
    if (link.data.as !== undefined)
      throw new StartupFault(
        'The @link to federation has "as", which the subgraph library does not follow: leave it out.',
      )
    for (const entry of link.data.import) {
      if (typeof entry === 'string') imports.set(entry, entry)
      else imports.set(entry.name, entry.as ?? entry.name)
    }
  }
  return imports
}

const argumentsOf = (node: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))

const FEDERATION = 'https://specs.apollo.dev/federation/'

const LINK = z.object({
  url: z.string(),
  as: z.string().optional(),
  import: z.array(z.union([z.string(), z.object({ name: z.string(), as: z.string().optional() })])).default([]),
})
