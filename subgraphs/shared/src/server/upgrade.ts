import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { withCorrelation } from '../correlation.ts'
import type { ErrorFormatter } from '../edge-errors.ts'
import { Refusal } from '../refusal.ts'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import type { SignatureVerifier } from '../signature/verify.ts'
import { headerOf } from './http.ts'
import type { LiveDoor } from './live.ts'
import { SERVER_REFUSALS, type ServerRefusalCode, statusOf } from './refusals.ts'

export type UpgradeOptions = {
  readonly live: LiveDoor
  readonly signature: SignatureVerifier
  readonly format: ErrorFormatter
  readonly graphqlPath: string
  readonly isDraining: () => boolean
}

/** Lets a signed upgrade of the GraphQL path through to the live door; answers every other one with its refusal. */
export function createUpgradeHandler({ live, signature, format, graphqlPath, isDraining }: UpgradeOptions) {
  function refusalOf(request: IncomingMessage): Refusal | undefined {
    const { url: path = '', method = 'GET' } = request
    if (isDraining()) return refusal('SERVICE_UNAVAILABLE')
    if (path.split('?', 1)[0] !== graphqlPath) return refusal('NOT_FOUND')
    const signed = signature.verify({ header: headerOf(request, SIGNATURE_HEADER), method, path, body: '' })
    return signed.ok ? undefined : Refusal.from(signed)
  }

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A caller that resets the connection in the middle of this must not end the process.
    socket.on('error', () => socket.destroy())
    const refused = refusalOf(request)
    if (refused === undefined) live.accept(request, socket, head)
    else {
      // Half closed it would stay for as long as the caller likes, and the closing port would wait for it.
      socket.once('finish', () => socket.destroy())
      socket.end(withCorrelation(undefined, () => responseOf(refused, format)))
    }
  }
}

function responseOf(refused: Refusal, format: ErrorFormatter): string {
  const body = JSON.stringify({ errors: [format(refused.toJSON(), refused)] })
  const status = statusOf(refused.code)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return [...head, '', body].join('\r\n')
}

const refusal = (code: ServerRefusalCode): Refusal => new Refusal(code, SERVER_REFUSALS[code])
