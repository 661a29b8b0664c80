/** Codes that say something about the request as such, or its sender: their statuses hold whatever the client accepts. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  DOCUMENT_NOT_ALLOWED: 403,
  OPERATION_TOO_COSTLY: 400,
  PAGE_TOO_LARGE: 400,
  PERSISTED_DOCUMENT_NOT_FOUND: 400,
  SLICING_ARGUMENT_REQUIRED: 400,
  VARIABLES_TOO_LARGE: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  GOING_AWAY: 503,
  OPERATION_REFUSED: 503,
  OVERLOADED: 503,
  PLANNER_BUSY: 503,
  SERVICE_UNAVAILABLE: 503,
  // Its client sends the text at once; what looks like a failure on the way there would end up in somebody's alarms.
  PERSISTED_QUERY_NOT_FOUND: 200,
}

interface Coded {
  readonly extensions?: { readonly code?: unknown } | undefined
}

/** The status of an answer without data: that of the first error whose code has one. Undefined where none has. */
export function statusOf(errors: readonly Coded[]): number | undefined {
  for (const { extensions } of errors) {
    const status = STATUS_OF_CODE[String(extensions?.code)]
    if (status !== undefined) return status
  }
  return undefined
}

/** What some statuses owe their clients beside a body. */
export const headersOfStatus = (status: number): readonly string[] => HEADERS_OF_STATUS[status] ?? []

const HEADERS_OF_STATUS: Readonly<Record<number, readonly string[]>> = {
  // RFC 9110 demands the challenge of every 401, and the methods of every 405.
  401: ['www-authenticate', 'Bearer'],
  405: ['allow', 'GET, POST'],
}
