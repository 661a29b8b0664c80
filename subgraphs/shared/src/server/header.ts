import type { IncomingHttpHeaders } from 'node:http'

/** Node joins a header that was sent twice with a comma, which no value of ours may have: it is refused where it is read. */
export function headerOf({ headers }: { readonly headers: IncomingHttpHeaders }, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
