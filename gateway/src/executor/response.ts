import type { FragmentDefinitionNode, GraphQLFormattedError, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { FieldGroup } from './field-selection.ts'
import { type Project, ProjectionCompiler } from './projection.ts'
import type { ResponseObject } from './response-object.ts'

/** What writing one answer needs beside its data. */
export interface Writing {
  readonly coerced: Readonly<Record<string, unknown>>
  /** What `__schema` or `__type` under a response key answers. */
  readonly introspect: (group: FieldGroup) => unknown
  /** What was found to be no value of its type. Noted only while `path` is there. */
  readonly faults: GraphQLFormattedError[]
  /** Where the writer is. Undefined while nobody asks for the places of faults, which is nearly always. */
  readonly path: (string | number)[] | undefined
  /** Whether something was null that must not be, or no value of its type. */
  isFaulty: boolean
}

/** Writes merged data as the JSON of `data`: `null` where a non-null root field has no value. */
export type WriteData = (data: ResponseObject, writing: Writing) => string

export interface ResponseNames {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Key in the data -> the one under which clients see it, where they differ. */
  readonly clientKeys: ReadonlyMap<string, string>
}

/**
 * Compiles an operation into the function that writes its answer: what was selected and nothing else, with nulls
 * propagated as the specification says. What was selected is picked into objects first, and these are written all at
 * once: that is faster than adding up the answer's text field by field.
 * @param schema what clients see
 */
export function compileResponse(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  names: ResponseNames,
): WriteData {
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`The schema has no ${operation.operation}.`)
  const compile = (isTracking: boolean): Project =>
    new ProjectionCompiler(schema, names, isTracking).compile(root, [
      { selectionSet: operation.selectionSet, condition: undefined },
    ])
  const project = compile(false)
  let track: Project | undefined
  return (data, writing) => {
    if (writing.path === undefined) return JSON.stringify(project(data, writing))
    track ??= compile(true)
    return JSON.stringify(track(data, writing))
  }
}
