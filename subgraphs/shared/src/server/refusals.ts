import { SIGNATURE_REFUSALS } from '../signature/verify.ts'

/** What the server itself answers with before a request reaches GraphQL, beside the codes of signatures and tokens. */
export const SERVER_REFUSALS = {
  BAD_REQUEST: 'The body is not a JSON object with a query.',
  METHOD_NOT_ALLOWED: 'Operations are sent with POST.',
  NOT_FOUND: 'There is nothing here; operations go to /graphql.',
  PAYLOAD_TOO_LARGE: 'The body is larger than this service takes.',
  SERVICE_UNAVAILABLE: 'The service is stopping, or cannot reach what it needs. Try again soon.',
  SUBSCRIPTIONS_ONLY: 'The WebSocket carries subscriptions; send queries and mutations with POST.',
  TOO_MANY_SUBSCRIPTIONS: 'The service holds as many subscriptions as it may. Try again later.',
  UNSUPPORTED_MEDIA_TYPE: 'The body must be application/json, without a content encoding.',
} as const satisfies Record<string, string>

export type ServerRefusalCode = keyof typeof SERVER_REFUSALS

const STATUSES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.keys(SIGNATURE_REFUSALS).map((code) => [code, 401])),
  UNAUTHENTICATED: 401,
  BAD_REQUEST: 400,
  METHOD_NOT_ALLOWED: 405,
  NOT_FOUND: 404,
  OVERLOADED: 503,
  PAYLOAD_TOO_LARGE: 413,
  SERVICE_UNAVAILABLE: 503,
  UNSUPPORTED_MEDIA_TYPE: 415,
}

/** The HTTP status of a request that was answered by an error instead of an execution. */
export const statusOf = (code: unknown): number => (typeof code === 'string' && STATUSES[code]) || 500
