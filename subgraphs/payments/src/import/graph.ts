import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ImportFault } from './fault.ts'
import type { PaymentInput } from './payment-lines.ts'

const MANY = `mutation ImportPayments($input: CreatePaymentsInput!) { createPayments(input: $input) {
  results { payment { status } errors { code message field } }
  errors { code message }
} }`

const error = z.object({ code: z.string(), message: z.string(), field: z.array(z.string()).nullish() })
const result = z.object({ payment: z.object({ status: z.string() }).nullable(), errors: z.array(error) })
const answer = z.object({
  data: z
    .object({ createPayments: z.object({ results: z.array(result), errors: z.array(error) }).nullable() })
    .nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().nullish() }))
    .nullish(),
})

export type SentResult = z.output<typeof result>

/** Sends a batch and answers each in its place. @throws ImportFault */
export type Send = (inputs: readonly PaymentInput[]) => Promise<readonly SentResult[]>

export type GraphOptions = {
  readonly url: URL
  readonly token: string
  readonly pause?: (duration_ms: number) => Promise<unknown>
}

/** With pauses that double from a quarter of a second, some sixteen seconds: a restart of the graph is outlasted. */
const TRIES_MAX = 7
const FIRST_PAUSE_MS = 250
/** The gateway answers long before. */
const ANSWER_WITHIN_MS = 30_000

/** What will not be otherwise the next time. */
const FINAL_CODES: ReadonlySet<string | undefined> = new Set(['UNAUTHENTICATED', 'FORBIDDEN'])
/** Nor will this, of a gateway whose limits are lower than those that it has unless it is told. */
const SIZE_CODES: ReadonlySet<string | undefined> = new Set(['VARIABLES_TOO_LARGE', 'PAYLOAD_TOO_LARGE'])

/**
 * Calls createPayments. Where no answer comes, or the graph says that it could not, the same call is made again: the keys
 * make that safe.
 */
export function sendTo({ url, token, pause = delay }: GraphOptions): Send {
  async function attempt(body: string): Promise<readonly SentResult[] | string> {
    const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` }
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'error', signal })
    if (response.status === 401 || response.status === 403) throw notAllowed(`HTTP ${response.status}`)
    const parsed = answer.safeParse(await response.json())
    if (!parsed.success) return `an answer that is none of createPayments (HTTP ${response.status})`
    return resultsOf(parsed.data)
  }

  return async (inputs) => {
    const body = JSON.stringify({ query: MANY, variables: { input: { payments: inputs } } })
    for (let tries = 1; ; tries += 1) {
      const given = await attempt(body).catch((fault: unknown) => {
        if (fault instanceof ImportFault) throw fault
        return fault instanceof Error ? `${fault.message}${causeOf(fault)}` : String(fault)
      })
      if (typeof given !== 'string') {
        if (given.length !== inputs.length) throw new ImportFault('GRAPH_REFUSED', 'Not every payment was answered.')
        return given
      }
      if (tries === TRIES_MAX) throw new ImportFault('GRAPH_UNAVAILABLE', `${url} gave no results: ${given}.`)
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1))
    }
  }
}

/** The results, or why there are none yet. @throws ImportFault where there never will be */
function resultsOf({ data, errors }: z.output<typeof answer>): readonly SentResult[] | string {
  const payload = data?.createPayments
  const [whole] = payload?.errors ?? []
  if (whole !== undefined) throw new ImportFault('GRAPH_REFUSED', `${whole.code}: ${whole.message}`)
  if (payload) return payload.results
  const [first] = errors ?? []
  const code = first?.extensions?.code
  const text = `${code ?? 'no code'}: ${first?.message ?? 'no message'}`
  if (FINAL_CODES.has(code)) throw notAllowed(text)
  if (SIZE_CODES.has(code)) throw new ImportFault('GRAPH_REFUSED', `${text} A smaller --batch may fit.`)
  if (code?.startsWith('GRAPHQL_')) throw new ImportFault('GRAPH_REFUSED', text)
  return text
}

const notAllowed = (text: string) => new ImportFault('NOT_ALLOWED', `The graph does not let this token pay: ${text}.`)

/** What undici says of a connection stands in the cause. */
const causeOf = ({ cause }: Error): string => (cause instanceof Error ? ` (${cause.message})` : '')
