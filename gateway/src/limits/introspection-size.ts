import {
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql'
import type { SizeReason } from './operation-size.ts'

export interface IntrospectionLimits {
  /** How often a tool's standard query could be answered for what one operation asks of the schema. */
  readonly introspections_max: number
}

/** How a type is come to: as one of all, by its name, or as that of a field. */
type Way = 'each' | 'named' | 'reached'

/** How many items the lists of a type have. */
type Lengths = Readonly<Record<'fields' | 'inputFields' | 'enumValues' | 'interfaces' | 'possibleTypes', number>>

/** What is to be known of a schema to reckon how much of it an operation reads. */
interface Model {
  readonly lists: Readonly<Record<'types' | 'directives' | 'args', number>>
  readonly ofType: Readonly<Record<Way, Lengths>>
  /** Fields that a tool's standard query reads. */
  readonly standard: number
}

const REASON: SizeReason = 'INTROSPECTION_TOO_LARGE'

const models = new WeakMap<GraphQLSchema, Model>()

/**
 * A validation rule that refuses what asks for the schema over and over. No subgraph hears of it and no cost counts it, but
 * it is answered while everybody else waits: twenty aliases of a large schema take a third of a second, and megabytes.
 */
export function introspectionSizeRule({ introspections_max }: IntrospectionLimits): ValidationRule {
  return (context) => ({
    OperationDefinition(node) {
      const model = modelOf(context.getSchema())
      const fragmentOf = (name: string) => context.getFragment(name) ?? undefined
      if (fieldsRead(node, model, fragmentOf) <= introspections_max * model.standard) return
      const message = `The operation asks for more of the schema than ${introspections_max} tools would.`
      context.reportError(new GraphQLError(message, { nodes: node, extensions: { reason: REASON } }))
    },
  })
}

/** About how many fields of the schema an operation reads. */
function fieldsRead(
  { selectionSet }: OperationDefinitionNode,
  { lists, ofType }: Omit<Model, 'standard'>,
  fragmentOf: (name: string) => FragmentDefinitionNode | undefined,
): number {
  const fragments = new Map<string, number>()

  function ofFragment(name: string, way: Way, isRoot: boolean): number {
    const key = `${name} ${way}`
    const known = fragments.get(key)
    if (known !== undefined) return known
    // Stands while the fragment is being measured: a cycle is another rule's error, here it must only end.
    fragments.set(key, 0)
    const fragment = fragmentOf(name)
    const read = fragment === undefined ? 0 : ofSelections(fragment.selectionSet, way, isRoot)
    fragments.set(key, read)
    return read
  }

  function ofSelections({ selections }: SelectionSetNode, way: Way, isRoot = false): number {
    let read = 0
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) read += ofFragment(selection.name.value, way, isRoot)
      else if (selection.kind === Kind.INLINE_FRAGMENT) read += ofSelections(selection.selectionSet, way, isRoot)
      else if (!isRoot || INTROSPECTION.has(selection.name.value))
        read += ofField(selection.name.value, selection.selectionSet, way)
    }
    return read
  }

  function ofField(name: string, below: SelectionSetNode | undefined, way: Way): number {
    if (below === undefined) return 1
    const lengths: Readonly<Record<string, number>> = { ...lists, ...ofType[way] }
    const count = Object.hasOwn(lengths, name) ? (lengths[name] ?? 1) : 1
    return 1 + count * ofSelections(below, name === 'types' ? 'each' : name === '__type' ? 'named' : 'reached')
  }

  return ofSelections(selectionSet, 'reached', true)
}

const INTROSPECTION: ReadonlySet<string> = new Set(['__schema', '__type'])

const TOOLS_QUERY = parse(
  getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  }),
)

function modelOf(schema: GraphQLSchema): Model {
  const known = models.get(schema)
  if (known !== undefined) return known
  const types = Object.values(schema.getTypeMap())
  const fields = types.flatMap((type) => (hasFields(type) ? Object.values(type.getFields()) : []))
  const directives = schema.getDirectives()
  const withArguments = [...fields, ...directives]
  const all = types.map((type) => lengthsOf(type, schema))
  const reached = fields.map((field) => lengthsOf(getNamedType(field.type), schema))
  const model = {
    lists: {
      types: types.length,
      directives: directives.length,
      args: mean(withArguments.map(({ args }) => args.length)),
    },
    ofType: { each: combined(all, mean), named: combined(all, greatest), reached: combined(reached, mean) },
  }
  const standard = TOOLS_QUERY.definitions.reduce((read, definition) => {
    return definition.kind === Kind.OPERATION_DEFINITION ? read + fieldsRead(definition, model, toolsFragment) : read
  }, 0)
  const made = { ...model, standard }
  models.set(schema, made)
  return made
}

const toolsFragment = (name: string): FragmentDefinitionNode | undefined =>
  TOOLS_QUERY.definitions
    .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
    .find((fragment) => fragment.name.value === name)

const hasFields = (type: GraphQLNamedType) => isObjectType(type) || isInterfaceType(type)

function lengthsOf(type: GraphQLNamedType, schema: GraphQLSchema): Lengths {
  return {
    fields: hasFields(type) ? Object.keys(type.getFields()).length : 0,
    inputFields: isInputObjectType(type) ? Object.keys(type.getFields()).length : 0,
    enumValues: isEnumType(type) ? type.getValues().length : 0,
    interfaces: hasFields(type) ? type.getInterfaces().length : 0,
    possibleTypes: isAbstractType(type) ? schema.getPossibleTypes(type).length : 0,
  }
}

function combined(lengths: readonly Lengths[], combine: (numbers: readonly number[]) => number): Lengths {
  const of = (name: keyof Lengths): number => combine(lengths.map((one) => one[name]))
  return {
    fields: of('fields'),
    inputFields: of('inputFields'),
    enumValues: of('enumValues'),
    interfaces: of('interfaces'),
    possibleTypes: of('possibleTypes'),
  }
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length)

const greatest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0)
