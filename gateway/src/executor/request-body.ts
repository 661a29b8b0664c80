import type { FetchNode } from '@apollo/query-planner'
import { ownValue } from './response-object.ts'
import type { Run } from './run.ts'

/** What the planner says of a request, or what is made of several. */
export type SubgraphOperation = Pick<FetchNode, 'operation' | 'variableUsages' | 'contextRewrites'> &
  Partial<Pick<FetchNode, 'operationName'>>

/** The JSON of a request. `own` is that of the variables that are not the client's, without braces. */
export type Body = (run: Run, own?: string) => string

/** The variables of contextual arguments, whose values no client gives. */
export const contextualNames = ({ contextRewrites = [] }: SubgraphOperation): ReadonlySet<string> =>
  new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo))

/** The variables that are the client's. */
export function clientVariables(operation: SubgraphOperation): readonly string[] {
  const contextual = contextualNames(operation)
  return (operation.variableUsages ?? []).filter((name) => !contextual.has(name))
}

/** Prints all of a request but the values of its variables, once. */
export function compileBody(of: SubgraphOperation): Body {
  const { operation, operationName } = of
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  const head = `{"query":${JSON.stringify(operation)},${name}"variables":{`
  const keys = clientVariables(of).map((variable) => ({ variable, key: `${JSON.stringify(variable)}:` }))
  return ({ variables }, own = '') => {
    let body = head + own
    let separator = own === '' ? '' : ','
    for (const { variable, key } of keys) {
      const value = ownValue(variables, variable)
      if (value === undefined) continue
      body += separator + key + JSON.stringify(value)
      separator = ','
    }
    return `${body}}}`
  }
}
