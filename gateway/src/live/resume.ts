import {
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type Supergraph,
  type Type,
} from '@apollo/federation-internals'
import type { FetchNode } from '@apollo/query-planner'
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  type TypeNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'

/** The argument and the field by which a stream says that it can be resumed. */
const AFTER_ARGUMENT = 'after'
export const CURSOR_FIELD = 'cursor'

type Variables = Readonly<Record<string, unknown>>

/** The primary call of a subscription, written so that it can be opened again behind any of its events. */
export interface ResumableStream {
  /** The subgraph operation, with the cursor selected under a private alias and `after` taken from a private variable. */
  readonly operation: string
  /** The subscription field. */
  readonly fieldName: string
  /** The name under which the stream's events stand in the answer. */
  readonly responseName: string
  readonly cursorAlias: string
  readonly afterVariable: string
  /** The type whose `cursor` is read without the client having asked; it may be marked for authorisation. */
  readonly payloadType: string
  /** The client's variable that says where to start, and nothing else. */
  readonly positionVariable: string | undefined
  /** Where the client itself asked to start; undefined when it asked for what happens from now on. */
  readonly clientAfter: (variables: Variables) => unknown
}

/**
 * Rewrites the primary call of a subscription so that the gateway can resume it unseen by the client. Undefined when
 * the field takes no `after` or its events carry no plain `cursor`: such a stream cannot be continued without a gap.
 * @param clientDocument the document that the plan was made for
 */
export function makeResumable(
  primary: FetchNode,
  supergraph: Supergraph,
  clientDocument: DocumentNode,
): ResumableStream | undefined {
  const document = parse(primary.operation, { noLocation: true })
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [field, ...others] = operation?.selectionSet.selections ?? []
  if (operation === undefined || field?.kind !== Kind.FIELD || others.length > 0) return undefined
  const offered = resumption(supergraph, primary.serviceName, field.name.value)
  if (offered === undefined) return undefined

  const cursorAlias = unusedName(primary.operation, '__resumeCursor')
  const afterVariable = unusedName(primary.operation, '__resumeAfter')
  const given = field.arguments?.find(({ name }) => name.value === AFTER_ARGUMENT)
  return {
    operation: print(rewrite(document, operation, field, { cursorAlias, afterVariable, afterType: offered.afterType })),
    fieldName: field.name.value,
    responseName: field.alias?.value ?? field.name.value,
    cursorAlias,
    afterVariable,
    payloadType: offered.payloadType,
    positionVariable:
      given?.value.kind === Kind.VARIABLE && isUsedOnce(clientDocument, given.value.name.value)
        ? given.value.name.value
        : undefined,
    clientAfter: (variables) =>
      given === undefined ? undefined : (valueFromASTUntyped(given.value, { ...variables }) ?? undefined),
  }
}

/** What the subgraph that streams a field offers for resuming it; undefined unless it has both `after` and `cursor`. */
function resumption(supergraph: Supergraph, subgraphName: string, fieldName: string) {
  const schema = supergraph.subgraphs().get(subgraphName)?.schema
  const field = schema?.schemaDefinition.rootType('subscription')?.field(fieldName)
  const after = field?.argument(AFTER_ARGUMENT)
  const payload = nullable(field?.type)
  if (after?.type === undefined || payload === undefined) return undefined
  if (!isObjectType(payload) && !isInterfaceType(payload)) return undefined
  const cursor = payload.field(CURSOR_FIELD)
  const cursorType = nullable(cursor?.type)
  if (cursor?.hasArguments() !== false || cursorType === undefined || !isScalarType(cursorType)) return undefined
  // A default lets the argument be left out, which a non-null variable in its place would not.
  const afterType = after.defaultValue === undefined ? after.type : nullable(after.type)
  return { afterType: parseType(String(afterType)), payloadType: payload.name }
}

const nullable = (type: Type | undefined): Type | undefined =>
  type !== undefined && isNonNullType(type) ? type.ofType : type

interface PrivateNames {
  readonly cursorAlias: string
  readonly afterVariable: string
  readonly afterType: TypeNode
}

function rewrite(document: DocumentNode, operation: OperationDefinitionNode, root: FieldNode, names: PrivateNames) {
  const after: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: nameNode(AFTER_ARGUMENT),
    value: { kind: Kind.VARIABLE, name: nameNode(names.afterVariable) },
  }
  const cursor: FieldNode = { kind: Kind.FIELD, alias: nameNode(names.cursorAlias), name: nameNode(CURSOR_FIELD) }
  const others = (root.arguments ?? []).filter(({ name }) => name.value !== AFTER_ARGUMENT)
  const field: FieldNode = {
    ...root,
    arguments: [...others, after],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [...(root.selectionSet?.selections ?? []), cursor] },
  }
  const rewritten: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [
      ...(operation.variableDefinitions ?? []),
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: { kind: Kind.VARIABLE, name: nameNode(names.afterVariable) },
        type: names.afterType,
      },
    ],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  }
  return withoutUnusedVariables({
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? rewritten : definition)),
  })
}

/** The client's own variable for `after` may be used nowhere else now, and a subgraph refuses an unused one. */
function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      used.add(name.value)
    },
  })
  return visit(document, {
    VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
  })
}

function isUsedOnce(document: DocumentNode, variable: string): boolean {
  let uses = 0
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (name.value === variable) uses += 1
    },
  })
  return uses === 1
}

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const

/** A client may use any name, the private ones included. */
const unusedName = (operation: string, wanted: string): string =>
  operation.includes(wanted) ? unusedName(operation, `${wanted}_`) : wanted
