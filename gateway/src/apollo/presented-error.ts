import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { HttpOfError } from './http-of-error.ts'

/** An error that is already in the form its client shall see, for APIs that take nothing but GraphQLErrors. */
export class PresentedError extends GraphQLError {
  readonly #presented: GraphQLFormattedError

  constructor(presented: GraphQLFormattedError, http?: HttpOfError) {
    const { message, path, extensions } = presented
    super(message, { path, extensions: { ...extensions, ...(http && { http }) } })
    this.#presented = presented
  }

  override toJSON(): GraphQLFormattedError {
    return this.#presented
  }
}
