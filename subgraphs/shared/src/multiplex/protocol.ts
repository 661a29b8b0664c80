/** What a gateway asks to upgrade to (RFC 9110, 7.8) for many calls at once on one connection: docs/multiplex.md. */
export const MULTIPLEX_PROTOCOL = 'carriergraph-multiplex/1'

/** In answers over HTTP: the protocols of this kind that are spoken at the same place. */
export const MULTIPLEX_HEADER = 'x-carriergraph-multiplex'

/** What `MULTIPLEX_HEADER` says of this protocol. */
export const MULTIPLEX_VERSION = '1'

/**
 * What a frame is. All numbers are unsigned and big-endian. A frame is the number of bytes that follow (4), the number of its
 * call (4; 0 where it is of none), its kind (1) and its payload.
 */
export const FRAME = {
  /** To the subgraph. Payload: the length of the headers (2), the headers as lines of HTTP, the JSON of a GraphQL request. */
  CALL: 1,
  /** To the subgraph: nobody waits for this call any more. */
  CANCEL: 2,
  /** To the subgraph, which has to say PONG. */
  PING: 3,
  /** To the gateway: bytes of an answer, which goes on. */
  PART: 4,
  /** To the gateway: the status as over HTTP (2), and the last bytes of the answer. */
  ANSWER: 5,
  PONG: 6,
  /** To the gateway: no other call shall come over this connection; those under way are answered. */
  LEAVE: 7,
} as const

export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

/** Of the length, the call and the kind. */
export const FRAME_HEAD_BYTES = 9

/** Larger requests go over HTTP, larger answers in parts. */
export const PAYLOAD_BYTES_MAX = 65_536

/** Bytes of a status, or of the length of headers, before what follows them in a payload. */
export const PREFIX_BYTES = 2

/** What stands in a frame before its payload. */
export function frameHead(call: number, kind: FrameKind, payloadBytes: number): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES)
  head.writeUInt32BE(FRAME_HEAD_BYTES - 4 + payloadBytes, 0)
  head.writeUInt32BE(call, 4)
  head.writeUInt8(kind, 8)
  return head
}
