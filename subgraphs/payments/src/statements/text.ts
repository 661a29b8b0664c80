import { StatementFault } from './fault.ts'
import type { Position } from './statement.ts'

/** Of Europe's banks: 1250 and Latin-2 its middle, 1251 Cyrillic, 1253 Greek, 1254 Turkish, 1257 the Baltic. */
export const ENCODINGS = [
  ...(['utf-8', 'latin1', 'iso-8859-2', 'iso-8859-15'] as const),
  ...(['windows-1250', 'windows-1251', 'windows-1252', 'windows-1253', 'windows-1254', 'windows-1257'] as const),
] as const

export type Encoding = (typeof ENCODINGS)[number]

type EncodingFault = (code: 'ENCODING_INVALID', message: string, position: Position) => Error

/** Bytes to text, a byte order mark dropped. @throws ENCODING_INVALID, as `fault` makes it, for what is not the encoding */
export async function* decode(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  fault: EncodingFault = (code, message, position) => new StatementFault(code, message, position),
): AsyncGenerator<string> {
  if (encoding === 'latin1') {
    for await (const chunk of bytes) yield latin1(chunk)
    return
  }
  const decoder = new TextDecoder(encoding, { fatal: true })
  let line = 1
  const decoded = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      // It does not say where; one that forgives marks the place.
      const [before = ''] = new TextDecoder().decode(chunk).split('\ufffd', 1)
      throw fault('ENCODING_INVALID', `A byte in this line is not ${encoding.toUpperCase()}.`, {
        line: line + lineEnds(before),
      })
    }
  }
  for await (const chunk of bytes) {
    const text = decoded(chunk)
    yield text
    line += lineEnds(text)
  }
  yield decoded()
}

function lineEnds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** One line of a file, counted from 1, without its line end. */
export type TextLine = { readonly number: number; readonly text: string }

/** SWIFT's lines have 65 characters; banks that do not wrap write some hundred. */
export const LINE_BYTES_MAX = 8 * 1024

/**
 * Cuts bytes into lines, those of one chunk together. A line that is no UTF-8 is of Windows-1252, of which Latin-1's letters
 * are a part: SWIFT's character set is in all of them, and banks write names in any without saying which.
 * @throws StatementFault LINE_TOO_LONG or CHARACTER_NOT_ALLOWED
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly TextLine[]> {
  let rest: Uint8Array = new Uint8Array()
  let number = 0
  const cut = (line: Uint8Array): TextLine => {
    number += 1
    return { number, text: lineText(line, number) }
  }
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const lines: TextLine[] = []
    let start = 0
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      lines.push(cut(bytes.subarray(start, end)))
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > LINE_BYTES_MAX) throw tooLong(number + 1)
    yield lines
  }
  if (rest.length > 0) yield [cut(rest)]
}

function lineText(line: Uint8Array, number: number): string {
  if (line.length > LINE_BYTES_MAX) throw tooLong(number)
  const text = utf8(line) ?? WINDOWS_1252.decode(line)
  const unmarked = number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text
  const bare = unmarked.replace(/\r+$/, '').replace(FRAMING, '')
  refuseControls(bare, { line: number })
  return bare
}

/**
 * Refuses what a terminal, a database or a person would take for something else than text. Tabs and line ends are none.
 * @throws StatementFault CHARACTER_NOT_ALLOWED
 */
export function refuseControls(text: string, position: Position): void {
  const at = text.search(CONTROLS)
  if (at === -1) return
  const code = text.charCodeAt(at).toString(16).padStart(2, '0')
  throw new StatementFault('CHARACTER_NOT_ALLOWED', `Control character 0x${code}.`, position)
}

/** SWIFT's start and end of a message (SOH, ETX), and DOS's end of a file, which stays where files were joined. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const FRAMING = /^[\u0001\u001a]+|[\u0003\u001a]+$|\u0003\u0001/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const tooLong = (line: number) =>
  new StatementFault('LINE_TOO_LONG', `A line has ${LINE_BYTES_MAX} bytes at the most.`, { line })

const WINDOWS_1252 = new TextDecoder('windows-1252')
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LF = 0x0a
