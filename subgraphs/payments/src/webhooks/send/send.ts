import { Agent, type Dispatcher } from 'undici'
import type { AddressPolicy } from '../guard/address-policy.ts'
import { AddressRefused, checkedLookup, NameNotResolved, type Resolve } from '../guard/resolve.ts'
import { parseWebhookUrl } from '../guard/webhook-url.ts'
import { SECRET_PREFIX, signWebhook } from '../signature.ts'
import { type AttemptOutcome, type AttemptResult, withoutAnswer } from './attempt-result.ts'
import { beginningOf, excerptOf } from './response-excerpt.ts'

/** How long one try may take, from the name server to the head of the answer. Standard Webhooks advises 15 to 30 s. */
export const SEND_DEADLINE_MS = 15_000
/** How long the rest of an answer is waited for, once its status has said what matters. */
export const ANSWER_WAIT_MS = 2_000
/** Of an answer; Node's own bound for a server. */
const HEADER_BYTES_MAX = 16_384
/** An event's data is 64 KiB at the most as the database counts it; as text it may be somewhat larger. */
export const BODY_BYTES_MAX = 131_072
/** A burst goes over one connection; an address that was checked is not used for much longer. */
const KEEP_ALIVE_MS = 5_000

/** One try: what is sent, where to, and under which secrets. */
export type Attempt = {
  readonly url: string
  /** Of the event: the same for every try, so that a receiver can tell a repetition. */
  readonly id: string
  readonly body: string
  readonly secrets: readonly Uint8Array[]
  readonly sentAt: Date
}

export type SendOptions = {
  readonly policy: AddressPolicy
  readonly resolve: Resolve
  readonly deadline_ms?: number
  readonly answerWait_ms?: number
  /** Certificates to trust beside the system's. */
  readonly ca?: string
}

export type WebhookTransport = {
  /** Tries once. Whatever the receiver does is a result; nothing of it throws. */
  send(attempt: Attempt): Promise<AttemptResult>
  close(): Promise<void>
}

/**
 * Sends deliveries by HTTP/1.1, only where the policy lets them go: names are resolved by us, and the connection goes to
 * the address that was checked. Redirects are not followed, proxies of the environment not used.
 */
export function webhookTransport({
  policy,
  resolve,
  deadline_ms = SEND_DEADLINE_MS,
  answerWait_ms = ANSWER_WAIT_MS,
  ca,
}: SendOptions): WebhookTransport {
  const agent = new Agent({
    connect: { lookup: checkedLookup(resolve, policy), timeout: deadline_ms, ...(ca !== undefined && { ca }) },
    maxHeaderSize: HEADER_BYTES_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The deadline is of the whole try; undici's own would begin anew with each step.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  async function request(url: URL, { id, body, secrets, sentAt }: Attempt): Promise<AttemptResult> {
    const signed = signWebhook({ id, body }, secrets, sentAt)
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'CarrierGraph-Webhooks/1',
        // What is shown of an answer should be readable.
        'accept-encoding': 'identity',
        ...signed,
      },
      body,
      signal: AbortSignal.timeout(deadline_ms),
    })
    const beginning = await beginningOf(answer.body, answerWait_ms)
    return {
      outcome: outcomeOf(answer.statusCode),
      httpStatus: answer.statusCode,
      responseExcerpt: excerptOf(beginning, [...writtenForms(secrets), ...signed['webhook-signature'].split(' ')]),
      retryAfter_ms: retryAfter_ms(answer.headers, sentAt),
    }
  }

  return {
    async send(attempt) {
      // Once more: the settings may be stricter than when the endpoint was registered, and a literal address is never looked up.
      const url = parseWebhookUrl(attempt.url, policy)
      if (!url.ok) return withoutAnswer(url.code === 'URL_ADDRESS_REFUSED' ? 'ADDRESS_REFUSED' : 'URL_REFUSED')
      if (Buffer.byteLength(attempt.body) > BODY_BYTES_MAX) return withoutAnswer('BODY_TOO_LARGE')
      try {
        return await request(url.value, attempt)
      } catch (error) {
        return withoutAnswer(outcomeOfError(error))
      }
    },
    close: () => agent.destroy(),
  }
}

function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'DELIVERED'
  return status >= 300 && status < 400 ? 'REDIRECTED' : 'HTTP_STATUS'
}

/** By the codes of Node, OpenSSL and undici: their messages may hold what nobody should read. */
function outcomeOfError(error: unknown): AttemptOutcome {
  if (error instanceof AddressRefused) return 'ADDRESS_REFUSED'
  if (error instanceof NameNotResolved) return 'NAME_NOT_RESOLVED'
  if (!(error instanceof Error)) throw error
  if (error.name === 'TimeoutError') return 'TIMED_OUT'
  // Of these some have a code and some have none.
  if (error.name === 'HTTPParserError') return 'RESPONSE_INVALID'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'TIMED_OUT'
  if (NAME_CODES.has(code)) return 'NAME_NOT_RESOLVED'
  if (TLS_CODES.test(code)) return 'TLS_FAILED'
  if (RESPONSE_CODES.test(code)) return 'RESPONSE_INVALID'
  // A mistake of ours, such as an argument that undici refuses, must not pass for the receiver's.
  if (code === '' || code.startsWith('UND_ERR_INVALID') || code.startsWith('ERR_INVALID')) throw error
  return 'CONNECTION_FAILED'
}

const NAME_CODES = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'EBADNAME', 'EBADRESP'])
const TLS_CODES = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|CRL_|INVALID_CA)|EPROTO/
const RESPONSE_CODES = /^(UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/

/** The secrets as they may be written in an answer. */
const writtenForms = (secrets: readonly Uint8Array[]): string[] =>
  secrets.flatMap((secret) => {
    const text = Buffer.from(secret).toString('base64')
    return [`${SECRET_PREFIX}${text}`, text]
  })

/** Seconds, or a date (RFC 9110 10.2.3); null where neither is there. */
function retryAfter_ms({ 'retry-after': header }: Dispatcher.ResponseData['headers'], now: Date): number | null {
  if (typeof header !== 'string') return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const date_ms = Date.parse(header)
  return Number.isNaN(date_ms) ? null : Math.max(0, date_ms - now.getTime())
}
