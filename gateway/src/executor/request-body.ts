import type { FetchNode } from '@apollo/query-planner'
import { ownValue } from './response-object.ts'
import type { Run } from './run.ts'

/** What the planner says of a request, or what is made of several. */
export type SubgraphOperation = Pick<FetchNode, 'operation' | 'variableUsages'> &
  Partial<Pick<FetchNode, 'operationName'>>

/** The JSON of a request. `own` is that of the variables that are not the client's, without braces. */
export type Body = (run: Run, own?: string) => string

/** Prints all of a request but the values of its variables, once. */
export function compileBody({ operation, operationName, variableUsages = [] }: SubgraphOperation): Body {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  const head = `{"query":${JSON.stringify(operation)},${name}"variables":{`
  const keys = variableUsages.map((variable) => ({ variable, key: `${JSON.stringify(variable)}:` }))
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
