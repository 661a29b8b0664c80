import { Kind, parse } from 'graphql'

/** The names of the operations in these documents. */
export const operationNames = (documents: readonly string[]): string[] =>
  documents.flatMap((text) =>
    parse(text).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name !== undefined ? [definition.name.value] : [],
    ),
  )
