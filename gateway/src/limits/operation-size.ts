import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'

export interface OperationSizeLimits {
  /** Deepest nesting of fields; a leaf at the root counts 1. Introspection fields are exempt. */
  readonly depth_max: number
  /**
   * Fields in the operation once every fragment is written out. A thousand tokens of nested fragments can stand for
   * millions of fields, and both the authorisation walk and the planner expand them.
   */
  readonly selections_max: number
}

/** `extensions.reason` beside the code GRAPHQL_VALIDATION_FAILED, which Apollo Server gives to whatever a rule reports. */
export const SIZE_REASONS = {
  OPERATION_TOO_DEEP: 'The operation nests fields deeper than the gateway allows.',
  OPERATION_TOO_LARGE: 'The operation selects more fields, fragments written out, than the gateway allows.',
} as const satisfies Record<string, string>

interface Size {
  readonly depth: number
  readonly selections: number
}

const EMPTY: Size = { depth: 0, selections: 0 }

/** A validation rule that refuses operations too deep or too large to be worth planning. */
export function operationSizeRule(limits: OperationSizeLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => {
    const measure = sizeOf(context)
    return {
      OperationDefinition(node) {
        const { depth, selections } = measure(node.selectionSet)
        const refuse = (reason: keyof typeof SIZE_REASONS, message: string): void =>
          context.reportError(new GraphQLError(message, { nodes: node, extensions: { reason } }))
        if (depth > limits.depth_max)
          refuse('OPERATION_TOO_DEEP', `The operation nests ${depth} fields deep; ${limits.depth_max} is the limit.`)
        if (selections > limits.selections_max)
          refuse('OPERATION_TOO_LARGE', `The operation selects more than ${limits.selections_max} fields.`)
        return false
      },
      FragmentDefinition: () => false,
    }
  }
}

/** Measures each fragment once, so that the work stays linear in the document where the result is exponential. */
function sizeOf(context: ValidationContext): (selectionSet: SelectionSetNode) => Size {
  const fragments = new Map<FragmentDefinitionNode, Size>()
  const ofFragment = (name: string): Size => {
    const fragment = context.getFragment(name)
    if (!fragment) return EMPTY
    const known = fragments.get(fragment)
    if (known !== undefined) return known
    // Stands while the fragment is being measured: a cycle is another rule's error, here it must only end.
    fragments.set(fragment, EMPTY)
    const size = ofSelections(fragment.selectionSet)
    fragments.set(fragment, size)
    return size
  }
  const ofSelections = (selectionSet: SelectionSetNode): Size => {
    let depth = 0
    let selections = 0
    for (const selection of selectionSet.selections) {
      const size =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofField(selection.name.value, selection.selectionSet)
      depth = Math.max(depth, size.depth)
      selections += size.selections
    }
    return { depth, selections }
  }
  const ofField = (name: string, selectionSet: SelectionSetNode | undefined): Size => {
    const inner = selectionSet === undefined ? EMPTY : ofSelections(selectionSet)
    // The standard introspection query is fifteen deep, and bounded by the size of the schema, not of the data.
    return { depth: name.startsWith('__') ? 1 : inner.depth + 1, selections: inner.selections + 1 }
  }
  return ofSelections
}
