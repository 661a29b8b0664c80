import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import { SERVER_REFUSALS } from './refusals.ts'

/**
 * The raw bytes of a request, because a signature covers bytes.
 * @throws Refusal PAYLOAD_TOO_LARGE as soon as it is clear; what follows is not kept
 */
export function readBody(request: IncomingMessage, bytes_max: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer): void => {
    size += chunk.length
    if (size <= bytes_max) chunks.push(chunk)
    else refuse()
  }
  // The request is not destroyed: the refusal still has to go out on its socket.
  const refuse = (): void => {
    request.off('data', take).pause()
    reject(new Refusal('PAYLOAD_TOO_LARGE', SERVER_REFUSALS.PAYLOAD_TOO_LARGE))
  }
  if (Number(request.headers['content-length'] ?? 0) > bytes_max) refuse()
  else {
    request.on('data', take)
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
  }
  return promise
}

/** @throws Refusal BAD_REQUEST or UNSUPPORTED_MEDIA_TYPE */
export function parseJsonObject(headers: IncomingHttpHeaders, body: Buffer): Record<string, unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers
  if (!/^application\/json *(;|$)/i.test(type) || encoding !== 'identity')
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', SERVER_REFUSALS.UNSUPPORTED_MEDIA_TYPE)
  const value = parsed(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('BAD_REQUEST', SERVER_REFUSALS.BAD_REQUEST)
  return { ...value }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
