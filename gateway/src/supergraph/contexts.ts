import { buildSchemaFromAST } from '@apollo/federation-internals'
import {
  type ConstDirectiveNode,
  type ConstObjectValueNode,
  type DocumentNode,
  isTypeDefinitionNode,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql'
import { argumentText, JOIN_FIELD, parseFieldSet } from './join-directives.ts'

/** The specification by which fields take arguments from what they are in, and its directive that says who gives them. */
const SPEC = { identity: 'https://specs.apollo.dev/context', directive: 'context' } as const
const CONTEXT_ARGUMENTS = 'contextArguments'
const SELECTION = 'selection'

/** Name of each context -> the types that set it. */
export type Contexts = ReadonlyMap<string, readonly string[]>

/** Reads the `@context` of a composed supergraph, under whatever name it has there. */
export function readContexts(composed: DocumentNode): Contexts {
  const { coreFeatures } = buildSchemaFromAST(composed, { validate: false })
  const directive = coreFeatures?.getByIdentity(SPEC.identity)?.directiveNameInSchema(SPEC.directive)
  const contexts = new Map<string, string[]>()
  for (const type of directive === undefined ? [] : composed.definitions.filter(isTypeDefinitionNode))
    for (const applied of type.directives?.filter(({ name }) => name.value === directive) ?? []) {
      const context = argumentText(applied, 'name') ?? ''
      contexts.set(context, [...(contexts.get(context) ?? []), type.name.value])
    }
  return contexts
}

/** What the contextual arguments of a field select of the types that set their contexts. */
export const contextSelections = (directive: ConstDirectiveNode): readonly SelectionSetNode[] =>
  contextualArguments(directive).map((argument) => parseContextSelection(textIn(argument, SELECTION)))

/** The directive, with other selections in its contextual arguments. */
export function mapContextSelections(
  directive: ConstDirectiveNode,
  change: (context: string, selection: SelectionSetNode) => SelectionSetNode,
): ConstDirectiveNode {
  if (contextualArguments(directive).length === 0) return directive
  const changed = (argument: ConstObjectValueNode): ConstObjectValueNode => {
    const selection = change(textIn(argument, 'context'), parseContextSelection(textIn(argument, SELECTION)))
    return {
      ...argument,
      fields: argument.fields.map((field) =>
        field.name.value === SELECTION ? { ...field, value: { kind: Kind.STRING, value: print(selection) } } : field,
      ),
    }
  }
  return {
    ...directive,
    arguments: (directive.arguments ?? []).map((argument) =>
      argument.name.value === CONTEXT_ARGUMENTS
        ? { ...argument, value: { kind: Kind.LIST, values: contextualArguments(directive).map(changed) } }
        : argument,
    ),
  }
}

function contextualArguments({ name, arguments: given = [] }: ConstDirectiveNode): readonly ConstObjectValueNode[] {
  const list = given.find((argument) => argument.name.value === CONTEXT_ARGUMENTS)?.value
  if (name.value !== JOIN_FIELD || list?.kind !== Kind.LIST) return []
  return list.values.filter((value) => value.kind === Kind.OBJECT)
}

function textIn({ fields }: ConstObjectValueNode, name: string): string {
  const value = fields.find((field) => field.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : ''
}

/** Of one field it has braces, of fragments mostly none. */
function parseContextSelection(selection: string): SelectionSetNode {
  const text = selection.trim()
  return parseFieldSet(text.startsWith('{') ? text.slice(1, -1) : text)
}
