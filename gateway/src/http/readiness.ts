import type { SubgraphClient } from '../subgraphs/client.ts'

export interface Readiness {
  /**
   * `degraded`: some subgraph does not answer, and only its fields are missing. That is no reason to take the gateway
   * out of service: the others would go with it.
   */
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'draining'
  readonly subgraphs: Readonly<Record<string, 'ready' | 'unavailable'>>
}

/** Asks every subgraph whether it is ready; callers that come while an answer is under way share it. */
export function createReadinessCheck(
  subgraphs: () => readonly SubgraphClient[],
  isDraining: () => boolean,
): () => Promise<Readiness> {
  let underWay: Promise<Readiness> | undefined
  const check = async (): Promise<Readiness> => {
    const clients = subgraphs()
    const ready = await Promise.all(clients.map((client) => client.isReady()))
    const answers = Object.fromEntries(
      clients.map(({ name }, index) => [name, ready[index] === true ? ('ready' as const) : ('unavailable' as const)]),
    )
    const status = ready.every(Boolean) ? 'ready' : ready.some(Boolean) ? 'degraded' : 'unavailable'
    return { status, subgraphs: answers }
  }
  return async () => {
    if (isDraining()) return { status: 'draining', subgraphs: {} }
    underWay ??= check().finally(() => {
      underWay = undefined
    })
    return underWay
  }
}
