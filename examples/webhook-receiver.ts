// Receives webhooks (Standard Webhooks 1.0): checks signature and age, and takes each event once.
// WEBHOOK_SECRET=whsec_… PORT=8080 npx pnpm@10 -s exec node examples/webhook-receiver.ts
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'

/** What is sent; docs/events has the schema of each type's data. */
export type WebhookEvent = {
  readonly type: string
  /** When it happened. */
  readonly timestamp: string
  readonly id: string
  /** What it is about, and its number in the history of that: events may be put in order by it. */
  readonly subject: { readonly type: string; readonly id: string; readonly version: number }
  readonly data: unknown
}

/** How far the sender's clock may be from ours; what is older may be a recording that is played again. */
const TOLERANCE_S = 300
const SECRET_BYTES_MIN = 24
const BODY_BYTES_MAX = 262_144
const SEEN_MAX = 10_000

/**
 * The event, or undefined where the request is not the sender's. `body` is what came in, byte by byte: JSON that was parsed
 * and written again has another signature.
 */
export function verifyWebhook(
  headers: IncomingHttpHeaders,
  body: Buffer,
  secret: string,
  now = new Date(),
): WebhookEvent | undefined {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`] ?? ''),
  )
  if (!id || !timestamp || !/^\d{1,12}$/.test(timestamp) || !signatures) return undefined
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_S) return undefined
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  // With a secret that was forgotten anybody could sign.
  if (key.length < SECRET_BYTES_MIN) throw new Error('The secret is whsec_ and 24 bytes or more in base64.')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  let isGood = false
  // One for each secret while secrets are rotated. Compared in constant time: the time must not tell how much of it fits.
  for (const signature of signatures.split(' ')) {
    const given = Buffer.from(signature.startsWith('v1,') ? signature.slice(3) : '', 'base64')
    if (given.length === expected.length && timingSafeEqual(given, expected)) isGood = true
  }
  return isGood ? JSON.parse(body.toString()) : undefined
}

if (import.meta.main) {
  const { WEBHOOK_SECRET = '', PORT = '8080' } = process.env
  /** In a real receiver, a table that is written in the transaction of what the event brings about. */
  const seen = new Set<string>()
  async function receive(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of request) {
      size += chunk.length
      if (size > BODY_BYTES_MAX) return 413
      chunks.push(chunk)
    }
    const event = verifyWebhook(request.headers, Buffer.concat(chunks), WEBHOOK_SECRET)
    if (event === undefined) return 401
    if (!seen.has(event.id)) console.log(`${event.type} ${event.subject.id}`)
    seen.add(event.id)
    const [oldest] = seen
    if (seen.size > SEEN_MAX && oldest !== undefined) seen.delete(oldest)
    return 204
  }
  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status, { connection: 'close' }).end(),
      // It broke off, or cannot be worked on: the sender tries again.
      () => response.destroy(),
    )
  })
  server.listen(Number(PORT), '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object') console.log(`ready at http://127.0.0.1:${address?.port}/`)
  })
}
