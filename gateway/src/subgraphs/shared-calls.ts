import type { RequestContext } from '../request-context.ts'

/** All that a subgraph sees of the caller, but for correlation and trace: those of the first call count. */
type CallerIdentity = Pick<RequestContext, 'authorization' | 'forwarded'>

interface SharedCall<T> {
  readonly identity: CallerIdentity
  /** Undefined once it is there. */
  answer: Promise<T> | undefined
}

/**
 * Queries under way, by the digest of their body: whoever asks the same for the same caller meanwhile gets the same
 * answer. Of two callers that ask the same, the first one's call is shared.
 *
 * A map that things come to and go from is laid out anew again and again, and each layout keeps the next one alive until
 * a full collection, with all that was in it. So nothing large may be in it: no body, and no answer that was given.
 */
export class SharedCalls<T> {
  readonly #underWay = new Map<string, SharedCall<T>>()

  /** The answer for this caller, if it is under way. */
  find(digest: string, identity: CallerIdentity): Promise<T> | undefined {
    const call = this.#underWay.get(digest)
    return call !== undefined && isSame(call.identity, identity) ? call.answer : undefined
  }

  /** Shares an answer until `remove`, which takes what this gives; undefined when another caller's is shared already. */
  add(digest: string, { authorization, forwarded }: CallerIdentity, answer: Promise<T>): SharedCall<T> | undefined {
    if (this.#underWay.has(digest)) return undefined
    const call = { identity: { authorization, forwarded }, answer }
    this.#underWay.set(digest, call)
    return call
  }

  remove(digest: string, call: SharedCall<T>): void {
    call.answer = undefined
    if (this.#underWay.get(digest) === call) this.#underWay.delete(digest)
  }

  /** Something has changed: what was asked before may be answered as it was before, and is shared with nobody more. */
  forget(): void {
    this.#underWay.clear()
  }
}

function isSame(one: CallerIdentity, other: CallerIdentity): boolean {
  if (one.authorization !== other.authorization) return false
  const { forwarded: mine = [] } = one
  const { forwarded: yours = [] } = other
  return mine.length === yours.length && mine.every((text, index) => text === yours[index])
}
