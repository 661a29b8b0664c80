import type { FieldNode, GraphQLError, GraphQLField } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { argumentValue } from './argument-value.ts'
import type { ListSize } from './cost-directives.ts'
import type { Cost, CostProgram, Reckoning } from './cost-program.ts'

export interface CostLimits {
  /** What one operation, or one event of a subscription, may cost. */
  readonly cost_max: number
  /** Items of a list about which neither the schema nor the operation says anything. */
  readonly list_items_assumed: number
  /** The largest page that one paging argument may ask for. */
  readonly page_items_max: number
}

/**
 * How many items the list behind a field has at the most, by its `@listSize`. A paging argument that is null or negative
 * says nothing: the subgraph will refuse it or take a default, so the assumed size stands.
 */
export function expectedSize(
  program: CostProgram,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  directive: ListSize,
  limits: CostLimits,
): Cost {
  const fallback = directive.assumedSize ?? limits.list_items_assumed
  const pagings = field.args
    .filter(({ name }) => directive.slicingArguments.includes(name))
    .map((argument) => argumentValue(node, argument))
  if (pagings.length === 0) return fallback
  const reckon = ({ variables, faults }: Reckoning): number => {
    const given = pagings.map((paging) => paging.of(variables)).filter((value) => typeof value === 'number')
    const size = Math.max(-1, ...given)
    if (directive.requireOneSlicingArgument && given.length !== 1) faults.set(node, pagingRequired(node, directive))
    if (size > limits.page_items_max) faults.set(node, pageTooLarge(node, limits))
    return size < 0 ? fallback : size
  }
  const first: Reckoning = { variables: {}, faults: new Map() }
  const size = reckon(first)
  return pagings.every(({ isFixed }) => isFixed) && first.faults.size === 0 ? size : program.read(reckon)
}

const pagingRequired = (node: FieldNode, { slicingArguments }: ListSize): GraphQLError =>
  gatewayError('SLICING_ARGUMENT_REQUIRED', {
    message: `The field ${node.name.value} needs exactly one of its paging arguments: ${slicingArguments.join(', ')}.`,
    nodes: node,
  })

const pageTooLarge = (node: FieldNode, { page_items_max }: CostLimits): GraphQLError =>
  gatewayError('PAGE_TOO_LARGE', {
    message: `The field ${node.name.value} may be asked for at most ${page_items_max} items.`,
    nodes: node,
    extensions: { limit: page_items_max },
  })
