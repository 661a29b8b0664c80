import {
  FRAME,
  type FrameKind,
  frameHead,
  PAYLOAD_BYTES_MAX,
  PREFIX_BYTES,
} from '@carriergraph/shared/multiplex/protocol.ts'

/** Whether a call goes into a frame. */
export const isFramable = (headers: string, body: string): boolean => {
  const room = PAYLOAD_BYTES_MAX - PREFIX_BYTES - headers.length
  // No letter takes more than three bytes.
  return body.length * 3 <= room || (body.length <= room && Buffer.byteLength(body) <= room)
}

/** The frame of a call, each character a byte. */
export function callFrame(call: number, headers: string, body: string): string {
  const isAscii = Buffer.byteLength(body) === body.length
  const bytes = isAscii ? body : Buffer.from(body).toString('latin1')
  const length = PREFIX_BYTES + headers.length + bytes.length
  return (
    head(call, FRAME.CALL, length) + String.fromCharCode(headers.length >>> 8, headers.length & 0xff) + headers + bytes
  )
}

/** A frame without a payload, each character a byte. */
export const emptyFrame = (call: number, kind: FrameKind): string => head(call, kind, 0)

const head = (call: number, kind: FrameKind, payloadBytes: number): string =>
  frameHead(call, kind, payloadBytes).toString('latin1')
