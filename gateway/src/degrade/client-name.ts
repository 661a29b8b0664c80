/** By which clients of Apollo, and others after them, say what they are. */
const CLIENT_NAME_HEADER = 'apollographql-client-name'

/** What a client calls itself, by its headers in lower case; anybody may say anything. */
export function clientNameOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const name = headers[CLIENT_NAME_HEADER]
  return typeof name === 'string' ? name : undefined
}
