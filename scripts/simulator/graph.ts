/** Sends one operation to the graph as any client would. Throws with the graph's own words when it answers errors. */
export type Graph = <T>(query: string, variables?: Record<string, unknown>) => Promise<T>

const DEADLINE_MS = 10_000

export function connectGraph(url: string, token: string): Graph {
  return async <T>(query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    const answer = (await response.json()) as { data?: T; errors?: readonly { message: string }[] }
    if (answer.errors?.length || answer.data === undefined) {
      throw new Error(answer.errors?.map((error) => error.message).join('; ') ?? `HTTP ${response.status}`)
    }
    return answer.data
  }
}
