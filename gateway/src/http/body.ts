import type { IncomingMessage } from 'node:http'

/** The body as text, or undefined when it is larger than `bytes_max`; the rest of it is then left unread. */
export async function readBody(request: IncomingMessage, bytes_max: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytes_max) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytes_max) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
