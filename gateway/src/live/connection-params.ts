/**
 * The authorization header that a browser, which can set none on a WebSocket, sends in `connection_init` instead: as
 * `{ authorization }` or `{ headers: { authorization } }`, in any case. A value that is no string counts as a bad token.
 */
export function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const headers = lookUp(params, 'headers')
  const value = lookUp(params, 'authorization') ?? (isRecord(headers) ? lookUp(headers, 'authorization') : undefined)
  return value === undefined || value === null || typeof value === 'string' ? (value ?? undefined) : ''
}

/**
 * Everything that a client says in `connection_init` in place of headers, by names in lower case: whatever stands beside
 * `headers` goes before what is in it, as the authorization does.
 */
export function headersOf(params: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> {
  const headers = lookUp(params, 'headers')
  const said = [...(isRecord(headers) ? Object.entries(headers) : []), ...Object.entries(params ?? {})]
  return Object.fromEntries(said.map(([name, value]) => [name.toLowerCase(), value]))
}

function lookUp(record: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return Object.entries(record ?? {}).find(([key]) => key.toLowerCase() === name)?.[1]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
