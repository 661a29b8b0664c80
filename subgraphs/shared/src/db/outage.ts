/** Of the operating system and of postgres.js. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ANSWER_TIMEOUT',
])
/** SQLSTATE classes: connection, login, no such database, no resources, and a server that stops, starts or only reads. */
const SERVER_CODES = /^(08|28|3D|53)[0-9A-Z]{3}$|^57P0[1-5]$|^25006$/

/**
 * Why a database cannot be worked on at the moment, in the words of whoever noticed; undefined for an error that says
 * something else. For an operator to act on, where a stack would only hide it.
 */
export function outageIn(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!('code' in at) || typeof at.code !== 'string') continue
    if (CONNECTION_CODES.has(at.code) || SERVER_CODES.test(at.code)) return at.message || at.code
  }
  return undefined
}
