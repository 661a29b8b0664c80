import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import { type GraphAnswer, textOf } from '../graph/answer.ts'
import type { KnownOperation } from '../graph/documents.ts'
import type { Graph } from '../graph/graph.ts'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { ResolveDocument } from '../persisted/automatic.ts'
import type { RequestContext } from '../request-context.ts'
import type { Observation } from '../telemetry/observation.ts'
import type { HttpOperation } from './operation.ts'

export interface OperationAnswersOptions {
  /** The graph that is served at the moment. */
  readonly graph: () => Graph
  readonly resolveDocument: ResolveDocument
  readonly format: ErrorFormatter
  /** How many operations one POST may carry as a list; 0 where lists are not taken. */
  readonly batch_max: number
}

/** What the graph answers to the operations of HTTP requests. What it cannot answer is answered in its form. */
export class OperationAnswers {
  readonly #graph: () => Graph
  readonly #resolveDocument: ResolveDocument
  readonly #format: ErrorFormatter
  readonly #batch_max: number

  constructor({ graph, resolveDocument, format, batch_max }: OperationAnswersOptions) {
    this.#graph = graph
    this.#resolveDocument = resolveDocument
    this.#format = format
    this.#batch_max = batch_max
  }

  /** Never rejects: what is wrong is the answer. */
  one(operation: HttpOperation, context: RequestContext, isGet: boolean): Promise<GraphAnswer> {
    const { observation } = context
    if (observation === undefined) return this.#unobserved(operation, context, isGet)
    observation.isOf(context.actor)
    return observation.run(() => this.#unobserved(operation, context, isGet))
  }

  /**
   * A JSON list of answers to a list of operations, each of which is watched by itself.
   * @throws Refusal BAD_REQUEST where lists are not taken, or this one has too many or none
   */
  async list(
    operations: readonly HttpOperation[],
    context: RequestContext,
    observe: () => Observation | undefined,
  ): Promise<string> {
    if (this.#batch_max === 0) throw new Refusal('BAD_REQUEST', 'Lists of operations are not taken here.')
    if (operations.length === 0 || operations.length > this.#batch_max)
      throw new Refusal('BAD_REQUEST', `A list has 1 to ${this.#batch_max} operations.`)
    const answers = await Promise.all(
      operations.map(async (operation) => {
        const observation = observe()
        const answer = await this.one(operation, { ...context, observation }, false)
        observation?.ended(answer, 200)
        return answer
      }),
    )
    return `[${answers.map(textOf).join(',')}]`
  }

  /** Whether it is a known subscription. What is wrong with an operation is told by whoever answers it. */
  isSubscription(operation: HttpOperation): boolean {
    try {
      return this.#find(this.#graph(), operation, false).operation.operation === 'subscription'
    } catch {
      return false
    }
  }

  /** The operation with the text of its document, for who answers by a stream. Throws what is wrong with it. */
  toStream(operation: HttpOperation, isGet: boolean): OperationRequest {
    this.#find(this.#graph(), operation, isGet)
    return { ...operation, query: this.#resolveDocument(operation) }
  }

  refusal(error: unknown): GraphAnswer {
    return { data: undefined, errors: [this.#format(asGraphQLError(error).toJSON(), error)] }
  }

  async #unobserved(operation: HttpOperation, context: RequestContext, isGet: boolean): Promise<GraphAnswer> {
    try {
      const served = this.#graph()
      const known = this.#find(served, operation, isGet)
      context.observation?.knows(known)
      return await served.answer(known, operation.variables, context)
    } catch (error) {
      return this.refusal(error)
    }
  }

  #find({ documents }: Graph, operation: HttpOperation, isGet: boolean): KnownOperation {
    const known = documents.find(this.#resolveDocument(operation), operation.operationName)
    if (isGet && known.operation.operation === 'mutation')
      throw new Refusal('METHOD_NOT_ALLOWED', 'GET only reads; send mutations with POST.')
    return known
  }
}
