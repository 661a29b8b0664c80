import { HeaderMap, type HTTPGraphQLHead } from '@apollo/server'

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SERVICE_UNAVAILABLE: 503,
}

/** Status and headers for a request that was refused as a whole: those of the first error whose code has any, else 400. */
export function headOf(errors: readonly { readonly extensions?: { readonly code?: unknown } }[]): HTTPGraphQLHead {
  for (const { extensions } of errors) {
    const status = STATUS_OF_CODE[String(extensions?.code)]
    if (status === undefined) continue
    // RFC 9110 demands the challenge of every 401.
    return { status, headers: new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []) }
  }
  return { status: 400, headers: new HeaderMap() }
}
