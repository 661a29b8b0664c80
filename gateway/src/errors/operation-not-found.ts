import { GraphQLError } from 'graphql'

/** For a request that names no operation of its document, or names none where there are several. */
export const operationNotFound = (): GraphQLError =>
  new GraphQLError('The document has no operation of that name, or has several and the request names none.', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  })
