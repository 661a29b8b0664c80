import { GraphQLError, type ValidationRule } from 'graphql'
import { isContextualVariable } from '../planner/contextual-variables.ts'

/**
 * Names that no variable can have. Under `__proto__` JavaScript holds no value, so that it would pass by cost, limits and
 * the keys of kept answers, and reach the subgraph all the same. `representations` is the variable under which subgraphs
 * are told which entities are asked for; under those of contextual arguments, what these are in.
 */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'representations'])

export const noReservedVariables: ValidationRule = (context) => ({
  VariableDefinition({ variable }) {
    const name = variable.name.value
    if (RESERVED.has(name) || isContextualVariable(name))
      context.reportError(new GraphQLError(`A variable cannot be called ${name} here.`, { nodes: variable }))
  },
})
