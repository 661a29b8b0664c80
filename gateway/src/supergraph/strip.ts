import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql'
import type { AuthFeatures } from './auth-features.ts'

const linkedUrl = (link: DirectiveNode): string => {
  const url = link.arguments?.find((argument) => argument.name.value === 'url')?.value
  return url?.kind === Kind.STRING ? url.value : ''
}

/**
 * The supergraph without its authorisation specs. `@apollo/gateway` 2.14 refuses any supergraph that links them
 * (`feature … is for: SECURITY but is unsupported`), rightly, as it would not enforce them; this gateway does, from the
 * unstripped document.
 */
export function stripAuthFeatures(document: DocumentNode, features: AuthFeatures): DocumentNode {
  return visit(document, {
    Directive(node) {
      const name = node.name.value
      const isAuthLink = name === features.linkDirective && features.isAuthUrl(linkedUrl(node))
      return isAuthLink || features.directives.has(name) ? null : undefined
    },
    DirectiveDefinition: (node) => (features.directives.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (features.scalars.has(node.name.value) ? null : undefined),
  })
}
