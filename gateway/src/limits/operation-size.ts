import {
  type ASTNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
} from 'graphql'

/** Bounds of an operation's shape. All but the first four count with every fragment written out. */
export interface OperationSizeLimits {
  /** Variables that an operation declares. */
  readonly variables_max: number
  /** Characters of a name, which its client may have made up. An alias is repeated at every item of a list. */
  readonly name_length_max: number
  /** Deepest nesting of lists and objects inside one another, in an argument or the default of a variable. */
  readonly values_depth_max: number
  /** Directives at one place of the document. */
  readonly directives_per_place_max: number
  /** Deepest nesting of fields; a leaf at the root counts 1. Introspection fields are exempt. */
  readonly depth_max: number
  /** Fields. A thousand tokens of nested fragments can stand for millions, and authorisation and planner expand them. */
  readonly selections_max: number
  /** Fields that have an alias, `__typename` included: each of them is another copy in the answer. */
  readonly aliases_max: number
  /** Fields of the root type: each of them is a call of its own to a subgraph. */
  readonly root_fields_max: number
  readonly directives_max: number
}

/** `extensions.reason` beside the code GRAPHQL_VALIDATION_FAILED of whatever a rule reports. */
export const SIZE_REASONS = {
  OPERATION_TOO_DEEP: 'The operation nests fields deeper than the gateway allows.',
  OPERATION_TOO_LARGE: 'The operation selects more fields, fragments written out, than the gateway allows.',
  TOO_MANY_ALIASES: 'The operation gives more fields an alias, fragments written out, than the gateway allows.',
  TOO_MANY_ROOT_FIELDS: 'The operation selects more fields of its root type than the gateway allows.',
  TOO_MANY_DIRECTIVES: 'The operation, or one place of it, has more directives than the gateway allows.',
  INTROSPECTION_TOO_LARGE: 'The operation asks for the schema more often, or more deeply, than the gateway allows.',
  NAME_TOO_LONG: 'An alias or another name is longer than the gateway allows.',
  NESTED_TOO_DEEP: 'Lists and objects of a literal stand deeper inside one another than the gateway allows.',
  TOO_MANY_COMPARISONS:
    'More fields stand under the same keys, in fragments too, than the gateway compares with each other.',
  NUMBER_TOO_LARGE: 'A number of a literal is beyond the range of 64-bit floating point. Send it as a string.',
  TOO_MANY_VARIABLES: 'The operation declares more variables than the gateway allows.',
} as const satisfies Record<string, string>

export type SizeReason = keyof typeof SIZE_REASONS

interface Size {
  readonly depth: number
  readonly selections: number
  readonly aliases: number
  /** Fields of the selection set itself, without those inside them. */
  readonly fields: number
  readonly directives: number
}

const EMPTY: Size = { depth: 0, selections: 0, aliases: 0, fields: 0, directives: 0 }

/** A validation rule that refuses operations too large to be worth planning. */
export function operationSizeRule(limits: OperationSizeLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => {
    const measure = sizeOf(context)
    const refuse = (nodes: ASTNode, reason: SizeReason, message: string): void =>
      context.reportError(new GraphQLError(message, { nodes, extensions: { reason } }))
    const checkPlace = (node: ASTNode): void => {
      if (node.kind === Kind.NAME && node.value.length > limits.name_length_max)
        refuse(node, 'NAME_TOO_LONG', `A name has more than ${limits.name_length_max} characters.`)
      const count = 'directives' in node ? (node.directives?.length ?? 0) : 0
      const message = `One place has ${count} directives; ${limits.directives_per_place_max} is the limit.`
      if (count > limits.directives_per_place_max) refuse(node, 'TOO_MANY_DIRECTIVES', message)
      const value = valueAt(node)
      if (value !== undefined && isDeeper(value, limits.values_depth_max))
        refuse(value, 'NESTED_TOO_DEEP', `A value nests more than ${limits.values_depth_max} lists and objects.`)
    }
    return {
      enter: checkPlace,
      // graphql-js calls `enter` for no kind that has a visitor of its own.
      OperationDefinition(node) {
        checkPlace(node)
        for (const [reason, message] of breaches(node, measure(node.selectionSet), limits))
          refuse(node, reason, message)
      },
    }
  }
}

function valueAt(node: ASTNode): ValueNode | undefined {
  if (node.kind === Kind.ARGUMENT) return node.value
  return node.kind === Kind.VARIABLE_DEFINITION ? node.defaultValue : undefined
}

/** Looks no further down than that. */
function isDeeper(value: ValueNode, levels: number): boolean {
  if (value.kind === Kind.LIST) return levels === 0 || value.values.some((item) => isDeeper(item, levels - 1))
  if (value.kind !== Kind.OBJECT) return false
  return levels === 0 || value.fields.some((field) => isDeeper(field.value, levels - 1))
}

function* breaches(
  node: OperationDefinitionNode,
  size: Size,
  limits: OperationSizeLimits,
): Generator<[SizeReason, string]> {
  const variables = node.variableDefinitions?.length ?? 0
  const directives = size.directives + (node.directives?.length ?? 0)
  if (size.depth > limits.depth_max)
    yield ['OPERATION_TOO_DEEP', `The operation nests ${size.depth} fields deep; ${limits.depth_max} is the limit.`]
  // The figure itself may be astronomical.
  if (size.selections > limits.selections_max)
    yield ['OPERATION_TOO_LARGE', `The operation selects more than ${limits.selections_max} fields.`]
  if (size.aliases > limits.aliases_max)
    yield ['TOO_MANY_ALIASES', `The operation has more than ${limits.aliases_max} aliases.`]
  if (size.fields > limits.root_fields_max)
    yield ['TOO_MANY_ROOT_FIELDS', `The operation has more than ${limits.root_fields_max} root fields.`]
  if (directives > limits.directives_max)
    yield ['TOO_MANY_DIRECTIVES', `The operation has more than ${limits.directives_max} directives.`]
  if (variables > limits.variables_max)
    yield ['TOO_MANY_VARIABLES', `The operation declares ${variables} variables; ${limits.variables_max} is the limit.`]
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
    const inner = ofSelections(fragment.selectionSet)
    const size = { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) }
    fragments.set(fragment, size)
    return size
  }
  const ofSelection = (node: SelectionNode): Size => {
    if (node.kind === Kind.FIELD) return ofField(node)
    return node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(node.name.value) : ofSelections(node.selectionSet)
  }
  const ofSelections = (selectionSet: SelectionSetNode): Size => {
    const total = { ...EMPTY }
    for (const selection of selectionSet.selections) {
      const size = ofSelection(selection)
      total.depth = Math.max(total.depth, size.depth)
      total.selections += size.selections
      total.aliases += size.aliases
      total.fields += size.fields
      total.directives += size.directives + (selection.directives?.length ?? 0)
    }
    return total
  }
  const ofField = ({ name, alias, selectionSet }: FieldNode): Size => {
    const inner = selectionSet === undefined ? EMPTY : ofSelections(selectionSet)
    return {
      // The standard introspection query is fifteen deep, and bounded by the size of the schema, not of the data.
      depth: name.value.startsWith('__') ? 1 : inner.depth + 1,
      selections: inner.selections + 1,
      aliases: inner.aliases + (alias === undefined ? 0 : 1),
      fields: 1,
      directives: inner.directives,
    }
  }
  return ofSelections
}
