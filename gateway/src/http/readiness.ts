import type { SubgraphClient } from '../subgraphs/client.ts'

export interface Readiness {
  /**
   * `degraded`: some subgraph does not answer, and only its fields are missing. That is no reason to take the gateway
   * out of service: the others would go with it. `unavailable`: none of them answers, or nobody can sign in, for the
   * issuer's keys were never fetched.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'draining'
  /** Whether tokens can be verified. Missing while the gateway is draining. */
  readonly tokens?: 'ready' | 'unavailable'
  readonly subgraphs: Readonly<Record<string, 'ready' | 'unavailable'>>
}

export interface ReadinessOptions {
  readonly subgraphs: () => readonly SubgraphClient[]
  /** Rejects while tokens cannot be verified. */
  readonly tokens: () => Promise<void>
  readonly isDraining: () => boolean
}

/** Asks every subgraph whether it is ready; callers that come while an answer is under way share it. */
export function createReadinessCheck(options: ReadinessOptions): () => Promise<Readiness> {
  let underWay: Promise<Readiness> | undefined
  const check = async (): Promise<Readiness> => {
    const clients = options.subgraphs()
    const [canSignIn, ...ready] = await Promise.all([
      options.tokens().then(
        () => true,
        () => false,
      ),
      ...clients.map((client) => client.isReady()),
    ])
    const answers = Object.fromEntries(clients.map(({ name }, index) => [name, wordFor(ready[index] === true)]))
    const canAnswer = canSignIn && ready.some(Boolean)
    const status = !canAnswer ? 'unavailable' : ready.every(Boolean) ? 'ready' : 'degraded'
    return { status, tokens: wordFor(canSignIn), subgraphs: answers }
  }
  return async () => {
    if (options.isDraining()) return { status: 'draining', subgraphs: {} }
    underWay ??= check().finally(() => {
      underWay = undefined
    })
    return underWay
  }
}

const wordFor = (isReady: boolean): 'ready' | 'unavailable' => (isReady ? 'ready' : 'unavailable')
