import type { RequestContext } from '../request-context.ts'

/** All that a subgraph sees of the caller, but for correlation and trace: those of the first call count. */
type CallerIdentity = Pick<RequestContext, 'authorization' | 'forwarded'>

interface SharedCall<T> {
  readonly identity: CallerIdentity
  readonly answer: Promise<T>
}

/**
 * Queries under way, by their body: whoever asks the same for the same caller meanwhile gets the same answer. Of two
 * callers that ask the same, the first one's call is shared.
 */
export class SharedCalls<T> {
  readonly #underWay = new Map<string, SharedCall<T>>()

  /** The answer to this body for this caller, if it is under way. */
  find(body: string, identity: CallerIdentity): Promise<T> | undefined {
    const call = this.#underWay.get(body)
    return call !== undefined && isSame(call.identity, identity) ? call.answer : undefined
  }

  /** Shares an answer until `remove`; false when another caller's is shared under this body. */
  add(body: string, identity: CallerIdentity, answer: Promise<T>): boolean {
    if (this.#underWay.has(body)) return false
    this.#underWay.set(body, { identity, answer })
    return true
  }

  remove(body: string): void {
    this.#underWay.delete(body)
  }
}

function isSame(one: CallerIdentity, other: CallerIdentity): boolean {
  if (one.authorization !== other.authorization) return false
  const { forwarded: mine = [] } = one
  const { forwarded: yours = [] } = other
  return mine.length === yours.length && mine.every((text, index) => text === yours[index])
}
