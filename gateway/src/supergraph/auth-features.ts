import { buildSchemaFromAST } from '@apollo/federation-internals'
import type { DocumentNode } from 'graphql'

/** The three authorisation specs of Federation 2, and the scalar that each brings along. */
const AUTH_SPECS = [
  { directive: 'authenticated', scalar: undefined },
  { directive: 'requiresScopes', scalar: 'Scope' },
  { directive: 'policy', scalar: 'Policy' },
] as const

export type AuthDirective = (typeof AUTH_SPECS)[number]['directive']

/** How a composed supergraph names the authorisation specs; a subgraph may import `@requiresScopes` as `@needs`. */
export interface AuthFeatures {
  /** Name in the supergraph -> name in the spec. */
  readonly directives: ReadonlyMap<string, AuthDirective>
  /** Scalars that only these directives' arguments use. */
  readonly scalars: ReadonlySet<string>
  /** Whether this `@link(url:)` brings in one of the three specs. */
  readonly isAuthUrl: (url: string) => boolean
  /** The name under which the supergraph knows `@link` itself. */
  readonly linkDirective: string
}

const identityOf = (directive: AuthDirective): string => `https://specs.apollo.dev/${directive}`

/**
 * Reads from the `@link`s of a composed supergraph under which names it applies the authorisation directives.
 * Throws when the document is no composed supergraph.
 */
export function findAuthFeatures(document: DocumentNode): AuthFeatures {
  const core = buildSchemaFromAST(document, { validate: false }).coreFeatures
  if (core === undefined) throw new Error('not a composed supergraph: its schema has no @link to the link spec')
  const directives = new Map<string, AuthDirective>()
  const scalars = new Set<string>()
  for (const spec of AUTH_SPECS) {
    const feature = core.getByIdentity(identityOf(spec.directive))
    if (feature === undefined) continue
    directives.set(feature.directiveNameInSchema(spec.directive), spec.directive)
    if (spec.scalar !== undefined) scalars.add(feature.typeNameInSchema(spec.scalar))
  }
  return {
    directives,
    scalars,
    isAuthUrl: (url) => AUTH_SPECS.some(({ directive }) => url.startsWith(`${identityOf(directive)}/`)),
    linkDirective: core.coreItself.nameInSchema,
  }
}
