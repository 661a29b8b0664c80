/** How a try can end. */
export const ATTEMPT_OUTCOMES = [
  'DELIVERED',
  'HTTP_STATUS',
  'REDIRECTED',
  'TIMED_OUT',
  'NAME_NOT_RESOLVED',
  'CONNECTION_FAILED',
  'TLS_FAILED',
  'RESPONSE_INVALID',
  'ADDRESS_REFUSED',
  'URL_REFUSED',
  'EVENT_MISSING',
  'BODY_TOO_LARGE',
  'SECRET_UNREADABLE',
  'LOST',
] as const

export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

export type AttemptResult = {
  readonly outcome: AttemptOutcome
  /** Of the answer, where there was one. */
  readonly httpStatus: number | null
  /** What the answer began with, made printable, without secrets. */
  readonly responseExcerpt: string | null
  /** How long the receiver asks to be left alone. */
  readonly retryAfter_ms: number | null
}

export const withoutAnswer = (outcome: AttemptOutcome): AttemptResult => ({
  outcome,
  httpStatus: null,
  responseExcerpt: null,
  retryAfter_ms: null,
})
