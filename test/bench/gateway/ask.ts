import { isDeepStrictEqual } from 'node:util'
import type { StartedContender } from './stage.ts'
import { createRequestBodies, customer, type Workload } from './workloads.ts'

/** Enough that an answer which is right by chance, or of another request, is found. */
const CUSTOMERS = [1, 22, 333]

/** Asks one contender once, and returns the answer as text. */
async function ask({ url, contender }: StartedContender, body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${contender.title} answered ${response.status}: ${text.slice(0, 500)}`)
  return text
}

/**
 * Asks all contenders the same, before anything is timed.
 * @returns how many bytes the shortest of the answers has
 * @throws where one of them answers otherwise than the others, or with an error
 */
export async function compareAnswers(contenders: readonly StartedContender[], workload: Workload): Promise<number> {
  const bodyOf = createRequestBodies(workload)
  let bytes_min = Number.POSITIVE_INFINITY
  for (const id of CUSTOMERS.map(customer)) {
    let first: unknown
    for (const started of contenders) {
      const text = await ask(started, bodyOf(id))
      bytes_min = Math.min(bytes_min, Buffer.byteLength(text))
      const answer = JSON.parse(text)
      if (answer.errors !== undefined) throw new Error(`${started.contender.title} failed: ${text.slice(0, 500)}`)
      first ??= answer
      if (!isDeepStrictEqual(answer, first))
        throw new Error(`${started.contender.title} does not answer ${workload.name} as the others do.`)
    }
  }
  return bytes_min
}
