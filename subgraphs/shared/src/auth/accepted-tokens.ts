import { LRUCache } from 'lru-cache'
import type { Caller } from './caller.ts'

/** Some 20 MB at a kilobyte or two each; behind that many, tokens are verified as if they were new. */
const TOKENS_MAX = 10_000
/** How long a token is taken on its word: a key that its issuer withdraws counts this much longer at the most. */
const AGE_MS_MAX = 60_000

interface Acceptance<A> {
  readonly actor: A
  readonly until_ms: number
}

/**
 * Tokens that were verified a moment ago. A signature costs as much as everything else that the gateway does for a small
 * query, and clients send the same token with each of their requests.
 */
export class AcceptedTokens<A extends Caller> {
  readonly #accepted = new LRUCache<string, Acceptance<A>>({ max: TOKENS_MAX })
  #generation = 0

  /** Whoever the token speaks for, if it was verified lately and has not expired since. */
  get(token: string, now: Date): A | undefined {
    const acceptance = this.#accepted.get(token)
    return acceptance !== undefined && now.getTime() < acceptance.until_ms ? acceptance.actor : undefined
  }

  /** Called before a token is verified; the function returned notes its actor, unless all was forgotten in between. */
  begin(token: string, now: Date): (actor: A) => void {
    const generation = this.#generation
    return (actor) => {
      if (generation !== this.#generation) return
      const until_ms = Math.min(now.getTime() + AGE_MS_MAX, actor.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
      this.#accepted.set(token, { actor, until_ms })
    }
  }

  /** The issuer said its keys anew: what the old ones signed is verified once more. */
  forget(): void {
    this.#generation += 1
    this.#accepted.clear()
  }
}
