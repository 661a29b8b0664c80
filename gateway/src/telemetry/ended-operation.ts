import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import type { GraphQLFormattedError } from 'graphql'
import type { ObservedAnswer } from './observation.ts'

/** Answered in full, in part, or not at all. */
export type Outcome = 'ok' | 'partial' | 'refused'

/** What is known of an operation once it has ended. */
export interface EndedOperation {
  readonly type: 'query' | 'mutation' | 'subscription' | 'unknown'
  /** As the client called it. */
  readonly name: string | undefined
  readonly outcome: Outcome
  /** Of its errors, each code once. */
  readonly codes: readonly string[]
  readonly duration_ms: number
}

export function outcomeOf({ data, errors }: ObservedAnswer): Outcome {
  if (errors === undefined || errors.length === 0) return 'ok'
  return data === undefined ? 'refused' : 'partial'
}

const NO_CODES: readonly string[] = []

export function codesOf({ errors }: ObservedAnswer): readonly string[] {
  if (errors === undefined || errors.length === 0) return NO_CODES
  return [...new Set(errors.map(codeIn))]
}

const codeIn = ({ extensions }: GraphQLFormattedError): string => {
  const code: unknown = extensions?.code
  return typeof code === 'string' ? code : MASKED.code
}
