import type { OperationDefinitionNode } from 'graphql'
import type { Urgency } from './planner.ts'

/** What is made of operations by planning them: of each once, and kept for as long as whoever parsed it keeps the operation. */
export class PlannedOnce<Made> {
  readonly #made = new WeakMap<OperationDefinitionNode, Promise<Made>>()
  readonly #inBackground = new WeakSet<OperationDefinitionNode>()

  /** Whether it is made, or about to be. */
  has(operation: OperationDefinitionNode): boolean {
    return this.#made.has(operation)
  }

  /** Undefined where `make` has to be called: also for what waits in the background, which the planner then brings forward and plans once. */
  find(operation: OperationDefinitionNode, urgency: Urgency): Promise<Made> | undefined {
    const isBehind = urgency === 'request' && this.#inBackground.has(operation)
    return isBehind ? undefined : this.#made.get(operation)
  }

  make(operation: OperationDefinitionNode, urgency: Urgency, plan: () => Promise<Made>): Promise<Made> {
    if (urgency === 'background') this.#inBackground.add(operation)
    else this.#inBackground.delete(operation)
    const making = plan()
    this.#made.set(operation, making)
    making.then(
      () => this.#inBackground.delete(operation),
      () => this.#forget(operation, making),
    )
    return making
  }

  /** The planner may only have been busy; what it refuses for good it remembers itself. */
  #forget(operation: OperationDefinitionNode, failed: Promise<Made>): void {
    if (this.#made.get(operation) === failed) this.#made.delete(operation)
  }
}
