import {
  type ASTVisitor,
  type FloatValueNode,
  GraphQLError,
  getNamedType,
  type IntValueNode,
  type ValidationContext,
} from 'graphql'
import type { SizeReason } from '../limits/operation-size.ts'

const REASON: SizeReason = 'NUMBER_TOO_LARGE'

/** Refuses numbers that are infinite as soon as they are read, as the planner does. The digits of an ID are a text. */
export function finiteNumbers(context: ValidationContext): ASTVisitor {
  function check(node: IntValueNode | FloatValueNode): void {
    if (Number.isFinite(Number(node.value)) || getNamedType(context.getInputType())?.name === 'ID') return
    const message = 'A number is larger than any that can be read here.'
    context.reportError(new GraphQLError(message, { nodes: node, extensions: { reason: REASON } }))
  }
  return { IntValue: check, FloatValue: check }
}
