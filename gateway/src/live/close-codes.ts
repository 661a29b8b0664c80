/**
 * Why the gateway closes a client's socket. 4400 to 4429 are graphql-ws's own; its clients take 4400, 4401, 4406, 4409 and
 * 4429 for final and try again after the others, asking their `connectionParams` anew.
 */
export const LIVE_CLOSE_CODES = {
  GOING_AWAY: { code: 1001, reason: 'Going away' },
  TRY_AGAIN: { code: 1013, reason: 'Try again later: tokens cannot be verified at the moment' },
  BAD_MESSAGE: { code: 4400, reason: 'Invalid message received' },
  TOKEN_INVALID: { code: 4401, reason: 'Unauthorized: the token is not valid' },
  NOT_INITIALISED: { code: 4401, reason: 'Unauthorized: connection_init comes first' },
  TOKEN_EXPIRED: { code: 4403, reason: 'Forbidden: the token has expired' },
  SUBPROTOCOL: { code: 4406, reason: 'Subprotocol not acceptable' },
  INIT_TIMEOUT: { code: 4408, reason: 'Connection initialisation timeout' },
  ID_IN_USE: { code: 4409, reason: 'Subscriber for this id already exists' },
  INIT_AGAIN: { code: 4429, reason: 'Too many initialisation requests' },
  MESSAGE_RATE: { code: 4430, reason: 'Too many messages' },
  SLOW_CONSUMER: { code: 4431, reason: 'Slow consumer' },
} as const satisfies Record<string, { readonly code: number; readonly reason: string }>

const OWN: ReadonlySet<number> = new Set(Object.values(LIVE_CLOSE_CODES).map(({ code }) => code))
/** Below it the standard says which codes there are; from there on a client may send any. */
const FIRST_FREE_CODE = 3000

/** By which a closed socket is counted. */
export const closeLabel = (code: number): string => (code < FIRST_FREE_CODE || OWN.has(code) ? String(code) : 'other')
