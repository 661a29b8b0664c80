import { MULTIPLEX_HEADER, MULTIPLEX_VERSION } from '@carriergraph/shared/multiplex/protocol.ts'

/** What the head of an answer says about its body and its connection. */
export interface AnswerHead {
  readonly status: number
  /** Bytes of the body; undefined where it is chunked or ends with the connection. */
  readonly length: number | undefined
  readonly isChunked: boolean
  /** Whether the other side lets the connection serve another call. */
  readonly staysOpen: boolean
  /** How long it keeps an idle connection, in ms; undefined where it does not say. */
  readonly idle_ms: number | undefined
  /** Whether many calls at once on a connection are taken at the same place. */
  readonly offersMultiplex: boolean
}

/** A field without white space before its colon, that does not go on with the next line (RFC 9112, 5). */
export const FIELD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/

const HEAD = new RegExp(
  `^HTTP/1\\.[01] [1-5]\\d\\d(?: [\\t\\x20-\\x7e\\x80-\\xff]*)?(?:\\r\\n${FIELD.source.slice(1, -1)})*$`,
)

/** More digits than any answer that is taken has bytes. */
const LENGTH = /^[\t ]*(\d{1,12})[\t ]*$/

/** With white space behind it, which is allowed, some parsers take it for another one. */
const CHUNKED = /^[\t ]*chunked$/i

const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i

const KEEP_ALIVE_TIMEOUT = /(?:^|[,; ])timeout=(\d{1,6})(?:$|[,; ])/i

/** Of the fields that are read; it is told before a name is cut out. */
const NAME_LENGTHS: ReadonlySet<number> = new Set(
  ['content-length', 'transfer-encoding', 'connection', 'keep-alive', MULTIPLEX_HEADER].map(({ length }) => length),
)

/**
 * Reads the head of an HTTP/1.1 answer, without the empty line behind it.
 * @returns undefined for what is no such head, or leaves doubt about where its body ends (RFC 9112, 6.3)
 */
export function readHead(text: string): AnswerHead | undefined {
  if (!HEAD.test(text)) return undefined
  const isHttp10 = text.startsWith('HTTP/1.0')
  let length: number | undefined
  let isChunked = false
  let staysOpen = !isHttp10
  let idle_ms: number | undefined
  let offersMultiplex = false
  for (let end = text.indexOf('\r\n'); end >= 0; ) {
    const start = end + 2
    const colon = text.indexOf(':', start)
    end = text.indexOf('\r\n', colon)
    if (!NAME_LENGTHS.has(colon - start)) continue
    const value = text.slice(colon + 1, end < 0 ? undefined : end)
    switch (text.slice(start, colon).toLowerCase()) {
      case 'content-length': {
        const [, digits] = LENGTH.exec(value) ?? []
        if (length !== undefined || digits === undefined) return undefined
        length = Number(digits)
        break
      }
      case 'transfer-encoding':
        if (isChunked || isHttp10 || !CHUNKED.test(value)) return undefined
        isChunked = true
        break
      case 'connection':
        staysOpen &&= !CLOSE.test(value)
        break
      case 'keep-alive': {
        const [, seconds] = KEEP_ALIVE_TIMEOUT.exec(value) ?? []
        idle_ms = seconds === undefined ? undefined : Number(seconds) * 1_000
        break
      }
      case MULTIPLEX_HEADER:
        offersMultiplex ||= value.trim() === MULTIPLEX_VERSION
        break
      default:
    }
  }
  if (isChunked && length !== undefined) return undefined
  return { status: Number(text.slice(9, 12)), length, isChunked, staysOpen, idle_ms, offersMultiplex }
}
