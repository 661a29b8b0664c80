import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { withCorrelation } from '../correlation.ts'
import type { ErrorFormatter } from '../edge-errors.ts'
import { MULTIPLEX_PROTOCOL } from '../multiplex/protocol.ts'
import { Refusal } from '../refusal.ts'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import type { SignatureVerifier } from '../signature/verify.ts'
import { errorAnswer } from './errors.ts'
import { headerOf } from './header.ts'
import type { LiveDoor } from './live.ts'
import type { MultiplexDoor } from './multiplex/door.ts'
import { SERVER_REFUSALS, type ServerRefusalCode } from './refusals.ts'

export type UpgradeOptions = {
  readonly live: LiveDoor
  readonly multiplex: MultiplexDoor
  readonly signature: SignatureVerifier
  readonly format: ErrorFormatter
  readonly graphqlPath: string
  readonly isDraining: () => boolean
}

/** Lets a signed upgrade of the GraphQL path through to the door that it asks for; answers every other one with its refusal. */
export function createUpgradeHandler(options: UpgradeOptions) {
  const { live, multiplex, signature, format, graphqlPath, isDraining } = options

  function refusalOf(request: IncomingMessage): Refusal | undefined {
    const { url: path = '', method = 'GET' } = request
    if (isDraining()) return refusal('SERVICE_UNAVAILABLE')
    if (path.split('?', 1)[0] !== graphqlPath) return refusal('NOT_FOUND')
    const signed = signature.verify({ header: headerOf(request, SIGNATURE_HEADER), method, path, body: '' })
    return signed.ok ? undefined : Refusal.from(signed)
  }

  /** Whoever asks for something else is told by the live door that there is none. */
  const doorFor = ({ headers: { upgrade } }: IncomingMessage) =>
    upgrade?.toLowerCase() === MULTIPLEX_PROTOCOL ? multiplex : live

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A caller that resets the connection in the middle of this must not end the process.
    socket.on('error', () => socket.destroy())
    const refused = refusalOf(request)
    if (refused === undefined) doorFor(request).accept(request, socket, head)
    else {
      // Half closed it would stay for as long as the caller likes, and the closing port would wait for it.
      socket.once('finish', () => socket.destroy())
      socket.end(withCorrelation(undefined, () => responseOf(refused, format)))
    }
  }
}

function responseOf(refused: Refusal, format: ErrorFormatter): string {
  const { status, body } = errorAnswer(refused, format)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return [...head, '', body].join('\r\n')
}

const refusal = (code: ServerRefusalCode): Refusal => new Refusal(code, SERVER_REFUSALS[code])
