import type { GraphQLFormattedError } from 'graphql'

/** The end of a subscription that was not meant to end: the errors of its graphql-ws `error` message. */
export class StreamError extends Error {
  readonly errors: readonly GraphQLFormattedError[]

  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message ?? 'The subscription failed.')
    this.errors = errors
  }

  override get name(): string {
    return 'StreamError'
  }
}
