import { brotliCompress, constants, gzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'

export type Encoding = 'br' | 'gzip'

/** Below this a packet is a packet, compressed or not. */
const BYTES_MIN = 1_400
/** What servers use for answers made on the fly: the slow levels save a few per cent for ten times the time. */
const BROTLI_QUALITY = 4
const GZIP_LEVEL = 5

const known = new LRUCache<string, { readonly encoding: Encoding | undefined }>({ max: 100 })

/** The encoding of an answer of so many bytes; undefined to send it as it is. */
export function encodingFor(acceptEncoding: string | undefined, bytes: number): Encoding | undefined {
  if (acceptEncoding === undefined || bytes < BYTES_MIN) return undefined
  const read = known.get(acceptEncoding) ?? { encoding: negotiated(acceptEncoding) }
  known.set(acceptEncoding, read)
  return read.encoding
}

/** Clients that take both rarely say which they like better; brotli is a fifth smaller. */
function negotiated(acceptEncoding: string): Encoding | undefined {
  const headers = { 'accept-encoding': acceptEncoding }
  const [first, ...others] = new Negotiator({ headers }).encodings(['identity', 'br', 'gzip'])
  if (first === undefined || first === 'identity') return undefined
  return first === 'br' || others.includes('br') ? 'br' : 'gzip'
}

/** Compresses on a thread of its own. */
export function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const done = (error: Error | null, compressed: Buffer) => (error === null ? resolve(compressed) : reject(error))
  if (encoding === 'gzip') gzip(body, { level: GZIP_LEVEL }, done)
  else brotliCompress(body, { params: { ...BROTLI, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }, done)
  return promise
}

const BROTLI = {
  [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
}
