import { within } from '@carriergraph/shared/server/in-flight.ts'
import type { SubgraphClient } from '../subgraphs/client.ts'

export interface Readiness {
  /**
   * `degraded`: some subgraph does not answer, and only its fields are missing; or tokens cannot be verified, and only
   * those who sign in are refused. That is no reason to take the gateway out of service: the others would go with it.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'draining'
  /** Whether the issuer's keys were fetched, and are some. Missing while the gateway is draining. */
  readonly tokens?: 'ready' | 'unavailable'
  readonly subgraphs: Readonly<Record<string, 'ready' | 'unavailable'>>
}

export interface ReadinessOptions {
  readonly subgraphs: () => readonly SubgraphClient[]
  /** Rejects while tokens cannot be verified. */
  readonly tokens: () => Promise<void>
  readonly isDraining: () => boolean
}

/** How long it waits for the issuer's keys: one that hangs must not make probes of a gateway fail that can answer. */
const TOKENS_MS_MAX = 500

/** Asks every subgraph whether it is ready; callers that come while an answer is under way share it. */
export function createReadinessCheck(options: ReadinessOptions): () => Promise<Readiness> {
  let underWay: Promise<Readiness> | undefined
  const check = async (): Promise<Readiness> => {
    const clients = options.subgraphs()
    const [canSignIn, ready] = await Promise.all([
      within(options.tokens(), TOKENS_MS_MAX).catch(() => false),
      Promise.all(clients.map((client) => client.isReady())),
    ])
    const answers = Object.fromEntries(clients.map(({ name }, index) => [name, wordFor(ready[index] === true)]))
    const isWhole = canSignIn && ready.every(Boolean)
    const status = !ready.some(Boolean) ? 'unavailable' : isWhole ? 'ready' : 'degraded'
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
