import fc from 'fast-check'
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isInputObjectType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql'
import { expect, test } from 'vitest'
import { type MadeUpOperation, madeUpOperation, randomFrom } from '../executor/testing/made-up-operation.ts'
import { createCostCompiler } from './cost.ts'
import { SHOPS } from './testing/costly-shop.ts'

const LIMITS = { cost_max: 1, list_items_assumed: 3, page_items_max: 1_000 }
const { apiSchema, costs: directives } = SHOPS.renamed
const compile = createCostCompiler(apiSchema, directives, LIMITS)

const operations = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 40 }))
  .map(([seed, fields]) => madeUpOperation(apiSchema, seed, { fields, isClashing: false }))
  .filter(({ query }) => validate(apiSchema, parse(query)).length === 0)

function operationOf(document: ReturnType<typeof parse>): OperationDefinitionNode {
  const operation = getOperationAST(document)
  if (!operation) throw new Error('no operation')
  return operation
}

/** The definition of the cost, followed to the letter: everything anew at each place. */
class NaiveCost {
  readonly schema: GraphQLSchema
  readonly variables: Readonly<Record<string, unknown>>
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>

  constructor(schema: GraphQLSchema, { query, variables }: MadeUpOperation) {
    this.schema = schema
    this.variables = variables
    const definitions = parse(query).definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
    this.fragments = new Map(definitions.map((node) => [node.name.value, node]))
  }

  /** `sizes`: what the field above says about the lists in this object. */
  ofSelections(sets: readonly SelectionSetNode[], type: GraphQLObjectType, sizes: Record<string, number>): number {
    const fields = new Map<string, FieldNode[]>()
    for (const { selections } of sets) this.collect(selections, type, fields)
    return [...fields.values()].reduce((total, nodes) => total + this.ofField(nodes, type, sizes), 0)
  }

  /** As the specification has it: fields of one name are one. */
  collect(selections: SelectionSetNode['selections'], type: GraphQLObjectType, fields: Map<string, FieldNode[]>): void {
    for (const node of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, node, this.variables)?.if === true) continue
      if (getDirectiveValues(GraphQLIncludeDirective, node, this.variables)?.if === false) continue
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value
        fields.set(name, [...(fields.get(name) ?? []), node])
      } else {
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.fragments.get(node.name.value)
        const condition = this.schema.getType(fragment?.typeCondition?.name.value ?? type.name)
        const applies = condition === type || (isAbstractType(condition) && this.schema.isSubType(condition, type))
        if (fragment && applies) this.collect(fragment.selectionSet.selections, type, fields)
      }
    }
  }

  ofField(nodes: readonly FieldNode[], parent: GraphQLObjectType, sizes: Record<string, number>): number {
    const [node] = nodes
    const field = parent.getFields()[node?.name.value ?? '']
    if (node === undefined || field === undefined) return 0
    const given = getArgumentValues(field, node, this.variables)
    const coordinate = `${parent.name}.${field.name}`
    const directive = directives.listSize(coordinate)
    let size: number | undefined
    if (directive) {
      const slices = directive.slicingArguments.map((name) => given[name]).filter((value) => typeof value === 'number')
      size = slices.length > 0 ? Math.max(...slices) : (directive.assumedSize ?? LIMITS.list_items_assumed)
    }
    const inner = Object.fromEntries([...(directive?.sizedFields ?? [])].map((name) => [name, size ?? 0]))
    const items = itemsOf(field.type, sizes[field.name] ?? size)
    const type = getNamedType(field.type)
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]
    const costs = types.map((answered) => {
      const weight = directives.weight(coordinate) ?? directives.weight(answered.name)
      if (!isObjectType(answered)) return weight ?? 0
      const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      return (weight ?? 1) + this.ofSelections(sets, answered, inner)
    })
    const inputs = field.args.map(({ name, type }) => inputCost(type, `${coordinate}(${name}:)`, given[name]))
    return items * Math.max(...costs) + inputs.reduce((sum, cost) => sum + cost, 0)
  }
}

function itemsOf(type: GraphQLOutputType, size: number | undefined): number {
  const nullable = getNullableType(type)
  return isListType(nullable) ? (size ?? LIMITS.list_items_assumed) * itemsOf(nullable.ofType, undefined) : 1
}

function inputCost(type: GraphQLInputType, coordinate: string, value: unknown): number {
  if (value === null || value === undefined) return 0
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + inputCost(type, coordinate, item), 0)
  const named = getNamedType(type)
  const weight = directives.weight(coordinate) ?? directives.weight(named.name)
  if (!isInputObjectType(named)) return weight ?? 0
  const fields = Object.values(named.getFields())
  const inner = fields.map((field) =>
    inputCost(field.type, `${named.name}.${field.name}`, Reflect.get(Object(value), field.name)),
  )
  return inner.reduce((sum, cost) => sum + cost, weight ?? 1)
}

test('the compiled cost is what the definition says, followed to the letter', () => {
  fc.assert(
    fc.property(operations, (made) => {
      const document = parse(made.query)
      const operation = operationOf(document)
      const root = apiSchema.getQueryType()
      const expected = root && new NaiveCost(apiSchema, made).ofSelections([operation.selectionSet], root, {})
      expect(compile(document, operation)(made.variables).cost).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

test('an operation never becomes dearer by leaving a field out', () => {
  fc.assert(
    fc.property(operations, fc.nat(), ({ query, variables }, choice) => {
      const document = parse(query)
      const fields: FieldNode[] = []
      visit(document, { Field: (node) => void fields.push(node) })
      const left = fields[choice % fields.length]
      const without = visit(document, { Field: (node) => (node === left ? null : undefined) })
      const costOf = (of: typeof document) => compile(of, operationOf(of))(variables).cost
      expect(costOf(without)).toBeLessThanOrEqual(costOf(document))
    }),
    { numRuns: 500 },
  )
})

test('writing selections twice changes nothing', () => {
  fc.assert(
    fc.property(operations, fc.integer({ min: 0, max: 2 ** 31 }), ({ query, variables }, seed) => {
      const random = randomFrom(seed)
      const document = parse(query)
      const twice = visit(document, {
        SelectionSet: {
          leave: ({ selections, ...node }) => ({
            ...node,
            selections: [...selections, ...selections.filter(() => random() < 0.3)],
          }),
        },
      })
      const costOf = (of: typeof document) => compile(of, operationOf(of))(variables).cost
      expect(costOf(twice)).toBe(costOf(document))
    }),
    { numRuns: 500 },
  )
})
