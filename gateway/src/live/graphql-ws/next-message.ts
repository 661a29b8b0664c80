const TEXT_FRAME = 0x81
const LENGTH_16 = 126
const LENGTH_64 = 127
const UINT16_END = 0x1_0000

/** A whole WebSocket frame (RFC 6455, 5.2) with the `next` message of the operation `id`. */
export function nextMessage(payload: Buffer, id: string): Buffer {
  const before = `{"id":${JSON.stringify(id)},"type":"next","payload":`
  const length = Buffer.byteLength(before) + payload.length + 1
  const header = headerOf(length)
  const frame = Buffer.allocUnsafe(header.length + length)
  frame.set(header)
  const payloadAt = header.length + frame.write(before, header.length)
  frame.set(payload, payloadAt)
  frame.write('}', frame.length - 1)
  return frame
}

function headerOf(length: number): Buffer {
  if (length < LENGTH_16) return Buffer.from([TEXT_FRAME, length])
  if (length < UINT16_END) return Buffer.from([TEXT_FRAME, LENGTH_16, length >> 8, length & 0xff])
  const header = Buffer.from([TEXT_FRAME, LENGTH_64, 0, 0, 0, 0, 0, 0, 0, 0])
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}
