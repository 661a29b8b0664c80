import type { Clock } from '@carriergraph/shared/clock.ts'
import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { ACTOR_HEADER, encodeServiceActor } from '@carriergraph/shared/signature/service-actor.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'
import { currentTraceHeaders } from '@carriergraph/shared/telemetry/tracing.ts'
import type { RiskAnswer } from '../domain/decide.ts'
import { ASSESS_PAYMENT, absent, readAnswer } from './answer.ts'

export type RiskQuestion = {
  readonly tenant: string
  readonly correlationId: string
  readonly paymentId: Id<'pay'>
  readonly payerId: Id<'usr'>
  readonly amount: Money
  readonly createdAt: Date
}

export type RiskClient = {
  /**
   * Asks risk to assess a payment. Never throws for what risk does or does not do. Safe to ask again: risk assesses a
   * payment once and answers the same from then on.
   */
  assess(question: RiskQuestion): Promise<RiskAnswer>
}

export type RiskClientOptions = {
  readonly url: string
  /** For all attempts together, the reading of the answer included. */
  readonly deadline_ms: number
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly log: Log
}

/** The second attempt is for a kept-alive connection that risk closed when it restarted. */
const ATTEMPTS_MAX = 2
/** Far above any assessment, far below what hurts. */
const ANSWER_BYTES_MAX = 65_536

/** Calls risk's `assessPayment` over signed HTTP, as `svc:payments` in the tenant of the payment. */
export function createRiskClient({ url, deadline_ms, keys, clock, log }: RiskClientOptions): RiskClient {
  const { pathname, search } = new URL(url)
  const path = pathname + search

  async function post(question: RiskQuestion, signal: AbortSignal): Promise<RiskAnswer> {
    const body = JSON.stringify({ query: ASSESS_PAYMENT, variables: { input: inputOf(question) } })
    const actor = encodeServiceActor({ name: 'payments', tenant: question.tenant, scopes: SCOPES })
    // Signed anew for each attempt: a nonce is accepted once.
    const signature = signRequest({ keys, method: 'POST', path, body, actor, now: clock() })
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal,
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        [CORRELATION_HEADER]: question.correlationId,
        [ACTOR_HEADER]: actor,
        [SIGNATURE_HEADER]: signature,
        ...currentTraceHeaders(),
      },
    })
    const answer = response.ok ? readAnswer(await boundedText(response)) : absent('BAD_ANSWER')
    if (!response.ok) await response.body?.cancel()
    if (answer.kind === 'ABSENT') log.error({ status: response.status }, 'risk gave no assessment')
    return answer
  }

  return {
    async assess(question) {
      const signal = AbortSignal.timeout(deadline_ms)
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await post(question, signal)
        } catch (error) {
          const absence = signal.aborted ? 'DEADLINE' : 'UNREACHABLE'
          if (!signal.aborted && attempt < ATTEMPTS_MAX) continue
          log.warn({ err: error, absence, paymentId: question.paymentId }, 'risk did not answer')
          return absent(absence)
        }
      }
    },
  }
}

/** Having risk assess something is writing; nothing else of risk is any business of payments. */
const SCOPES = ['risk:write']

const inputOf = ({ paymentId, payerId, amount, createdAt }: RiskQuestion) => ({
  paymentId,
  payerId,
  amount: { amount: formatAmount(amount), currency: amount.currency },
  createdAt: createdAt.toISOString(),
})

/** The body as text, or what is no JSON as soon as it is too long. */
async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES_MAX) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
