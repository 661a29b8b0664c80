import type { ApolloServerPlugin } from '@apollo/server'
import type { RequestContext } from '../request-context.ts'

const correlationIds = new WeakMap<object, string>()

/** Notes to which request an error is told: Apollo Server lets errors be formatted without saying whose they are. */
export const noteRequest = (error: object, correlationId: string): void => void correlationIds.set(error, correlationId)

/** The correlation id of the request that an error is told to; undefined where that is not known. */
export const correlationIdOf = (error: unknown): string | undefined =>
  error instanceof Error ? correlationIds.get(error) : undefined

/** Notes the request of every error that Apollo Server or one of its plugins ends one with. */
export const notesRequests: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async ({ contextValue }) => ({
    async didEncounterErrors({ errors }) {
      for (const error of errors) noteRequest(error, contextValue.correlationId)
    },
  }),
}
