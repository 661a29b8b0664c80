/** One HTTP request to a subgraph. */
export interface HttpRequest {
  /** How its head starts, by `startHead`. */
  readonly start: string
  /** The other headers, names and values in turn. */
  readonly headers: readonly string[]
  readonly body: string | null
}

/** What is the same in many requests: the request line, and headers that are known to be sendable. */
export function startHead(method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${fields.join('')}`
}

const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Headers as lines, of names and values in turn: each character is one byte.
 * @returns undefined where one holds what none can carry
 */
export function headerLines(headers: readonly string[]): string | undefined {
  let lines = ''
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] ?? ''
    if (UNSENDABLE.test(value)) return undefined
    lines += `${headers[i]}: ${value}\r\n`
  }
  return lines
}

/**
 * The whole head of a request, with the empty line behind it: each character is one byte.
 * @param length bytes of the body; undefined where there is none
 * @returns undefined where a header holds what none can carry
 */
export function completeHead({ start, headers }: HttpRequest, length: number | undefined): string | undefined {
  const lines = headerLines(headers)
  if (lines === undefined) return undefined
  return start + lines + (length === undefined ? '\r\n' : `content-length: ${length}\r\n\r\n`)
}
