import { type GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql'
import { type Gate, OPEN_GATE } from '../admission/gate.ts'
import type { QuotaState } from '../admission/quotas.ts'
import type { Authorizer } from '../authorize/authorize.ts'
import type { DegradeRules } from '../degrade/degrade-rules.ts'
import type { OperationRule } from '../degrade/rule.ts'
import { gatewayError } from '../errors/codes.ts'
import { FAULTS_MAX, requestFault } from '../errors/request-faults.ts'
import { createCostCompiler, type EstimateCost } from '../limits/cost.ts'
import type { GatewayLimits } from '../limits/limits.ts'
import { variablesRefusal } from '../limits/variables-size.ts'
import type { RequestContext } from '../request-context.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import type { KnownOperation } from './documents.ts'
import { compileNullFaults, type NullFaults } from './null-variables.ts'

/** What became of an operation at the door. */
export interface Admission {
  /** Why nothing of it runs; empty when it may. */
  readonly refusals: readonly GraphQLError[]
  /** The variables, coerced and with defaults; undefined where they did not get so far. */
  readonly coerced: Readonly<Record<string, unknown>> | undefined
  /** What it may cost at the most, for a subscription each event; undefined where it was refused before. */
  readonly cost: number | undefined
  /** What is left of its user's quotas. */
  readonly quotas: readonly QuotaState[]
}

/** Whether an operation may run; `variables` are as the client sent them. */
export type Admit = (
  known: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => Promise<Admission>

export interface AdmitOptions {
  readonly supergraph: LoadedSupergraph
  readonly authorizer: Authorizer
  /** Lets everybody in where there is none. */
  readonly gate?: Gate
  readonly limits: Pick<GatewayLimits, 'variables' | 'cost'>
  /** Those that refuse operations are heeded. */
  readonly degradeRules: Pick<DegradeRules, 'refusing'>
  /** Whether clients are told which name they may have meant. */
  readonly introspection: boolean
}

/** The one door of every operation: valid, not to be spared at the moment, its variables fit, affordable, its actor may and has quota left; in this order. */
export function createAdmit(options: AdmitOptions): Admit {
  const { supergraph, authorizer, gate = OPEN_GATE, limits, degradeRules, introspection } = options
  const { apiSchema, costs } = supergraph
  const compileCost = createCostCompiler(apiSchema, costs, limits.cost)
  const estimates = new WeakMap<OperationDefinitionNode, EstimateCost>()
  const nullFaults = new WeakMap<OperationDefinitionNode, NullFaults>()

  function estimateOf({ document, operation }: KnownOperation): EstimateCost {
    const estimate = estimates.get(operation) ?? compileCost(document, operation)
    estimates.set(operation, estimate)
    return estimate
  }

  function nullFaultsOf({ document, operation }: KnownOperation): NullFaults {
    const faults = nullFaults.get(operation) ?? compileNullFaults(apiSchema, document, operation)
    nullFaults.set(operation, faults)
    return faults
  }

  return async (known, variables, { actor, clientAddress, clientName }) => {
    const { document, operation, operationName, faults } = known
    if (faults.length > 0) return refused(faults)
    const rule = degradeRules.refusing(operationName, clientName)
    if (rule !== undefined) return refused([operationRefused(rule)])
    const tooLarge = variablesRefusal(variables, limits.variables)
    if (tooLarge !== undefined) return refused([tooLarge])
    const { coerced: values, errors } = coerce(apiSchema, operation, variables, !introspection)
    if (values === undefined) return refused(errors.map((error) => requestFault(error, 'BAD_USER_INPUT')))
    // A variable that is not given must not have the value that every object has under its name: `$constructor`.
    const coerced: Readonly<Record<string, unknown>> = Object.assign(Object.create(null), values)
    const nulls = nullFaultsOf(known)(coerced)
    if (nulls.length > 0) return refused(nulls)
    const { cost, refusals } = estimateOf(known)(coerced)
    if (refusals.length > 0) return { refusals, coerced, cost, quotas: [] }
    const forbidden = authorizer.refusals(document, operation, coerced, actor)
    if (forbidden.length > 0) return { refusals: forbidden, coerced, cost, quotas: [] }
    const { refusal, states } = await gate.run(actor, clientAddress, cost)
    return { refusals: refusal === undefined ? [] : [refusal], coerced, cost, quotas: states }
  }
}

const operationRefused = ({ name, retryAfter_s }: OperationRule): GraphQLError =>
  gatewayError('OPERATION_REFUSED', { extensions: { rule: name, retryAfter_s } })

const refused = (refusals: readonly GraphQLError[]): Admission => ({
  refusals,
  coerced: undefined,
  cost: undefined,
  quotas: [],
})

const coerce = (
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  hideSuggestions: boolean,
) => getVariableValues(schema, variableDefinitions, variables, { maxErrors: FAULTS_MAX, hideSuggestions })
