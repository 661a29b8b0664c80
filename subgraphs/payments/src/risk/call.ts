import type { Clock } from '@carriergraph/shared/clock.ts'
import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { ACTOR_HEADER, encodeServiceActor } from '@carriergraph/shared/signature/service-actor.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'
import { currentTraceHeaders } from '@carriergraph/shared/telemetry/tracing.ts'
import { request } from 'undici'
import type { Absence } from '../domain/decide.ts'
import { type Absent, absent } from './answer.ts'

/** What risk is asked, on behalf of whom, and about what. */
export type RiskCall = {
  readonly tenant: string
  readonly correlationId: string
  /** Id of the payment or the remittance, for the log. */
  readonly subject: string
  readonly query: string
  readonly input: Readonly<Record<string, unknown>>
}

export type RiskCallOptions = {
  readonly url: string
  /** For all attempts together, the reading of the answer included. */
  readonly deadline_ms: number
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly log: Log
}

/** What risk takes the deadline for where it is not told: that of payments unless it is set otherwise. */
const DEADLINE_RISK_EXPECTS_MS = 800
/** The second attempt is for a kept-alive connection that risk closed when it restarted. */
const ATTEMPTS_MAX = 2
/** Far above any assessment, far below what hurts. */
const ANSWER_BYTES_MAX = 65_536
/** Having risk assess something is writing; nothing else of risk is any business of payments. */
const SCOPES = ['risk:write']

/**
 * Calls operations of risk over signed HTTP, as `svc:payments` in the tenant that it is for. Never throws for what risk does or
 * does not do.
 */
export function createRiskCall({ url, deadline_ms, keys, clock, log }: RiskCallOptions) {
  const { pathname, search } = new URL(url)
  const path = pathname + search
  // An earlier version of risk refuses what it does not know.
  const patience = deadline_ms === DEADLINE_RISK_EXPECTS_MS ? {} : { answerWithinMs: deadline_ms }

  async function post<Answer extends { readonly kind: string }>(
    { tenant, correlationId, query, input }: RiskCall,
    read: (body: string) => Answer | Absent,
    signal: AbortSignal,
  ): Promise<Answer | Absent> {
    const body = JSON.stringify({ query, variables: { input: { ...input, ...patience } } })
    const actor = encodeServiceActor({ name: 'payments', tenant, scopes: SCOPES })
    // Signed anew for each attempt: a nonce is accepted once.
    const signature = signRequest({ keys, method: 'POST', path, body, actor, now: clock() })
    // Not `fetch`, which takes more than twice the CPU. Redirects are not followed.
    const response = await request(url, {
      method: 'POST',
      body,
      signal,
      headers: {
        'content-type': 'application/json',
        [CORRELATION_HEADER]: correlationId,
        [ACTOR_HEADER]: actor,
        [SIGNATURE_HEADER]: signature,
        ...currentTraceHeaders(),
      },
    })
    // Who reads it is told by the reading; what is left unread has nobody to tell.
    response.body.on('error', () => undefined)
    const isOk = response.statusCode === 200
    const answer = isOk ? read(await boundedText(response.body)) : absent('BAD_ANSWER')
    if (!isOk) response.body.destroy()
    if (answer.kind === 'ABSENT') log.error({ status: response.statusCode }, 'risk gave no assessment')
    return answer
  }

  return async <Answer extends { readonly kind: string }>(
    call: RiskCall,
    read: (body: string) => Answer | Absent,
  ): Promise<Answer | Absent> => {
    const signal = abortedAfter(deadline_ms)
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await post(call, read, signal)
      } catch (error) {
        const absence: Absence = signal.aborted ? 'DEADLINE' : 'UNREACHABLE'
        if (!signal.aborted && attempt < ATTEMPTS_MAX) continue
        log.warn({ err: error, absence, subject: call.subject }, 'risk did not answer')
        return absent(absence)
      }
    }
  }
}

/** Aborts when the time is over, and what had come by then was read: a busy process comes to its timers before its sockets. */
function abortedAfter(duration_ms: number): AbortSignal {
  const controller = new AbortController()
  AbortSignal.timeout(duration_ms).addEventListener('abort', () => setImmediate(() => controller.abort()))
  return controller.signal
}

/** The body as text, or what is no JSON as soon as it is too long. */
async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES_MAX) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
