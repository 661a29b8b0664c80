import { SaxesParser } from 'saxes'
import { shown } from '../amounts.ts'
import { StatementFault, type StatementFaultCode } from '../fault.ts'
import type { Position } from '../statement.ts'

/** An element without children. */
export type Leaf = { readonly text: string; readonly currency: string | undefined; readonly position: Position }

/** Told of the elements of one document in their order; paths begin with the document's root: `Document/BkToCstmrStmt`. */
export type ElementHandler = {
  root(name: string, namespace: string, position: Position): void
  open(path: string, position: Position): void
  leaf(path: string, leaf: Leaf): void
  close(path: string, position: Position): void
}

/** What can be wrong with XML, whatever its elements mean. */
type XmlFaultCode = Extract<
  StatementFaultCode,
  'XML_MALFORMED' | 'XML_DTD_REFUSED' | 'XML_TOO_DEEP' | 'XML_TOO_LARGE' | 'ENCODING_INVALID'
>

/** Makes what is thrown, for messages that are no statements. */
export type XmlFault = (code: XmlFaultCode, message: string, position: Position) => Error

const statementFault: XmlFault = (code, message, position) => new StatementFault(code, message, position)

/** camt.053.001.13 nests to 16, and what banks put into its envelope for supplements a little more. */
export const DEPTH_MAX = 32
/** Of one text, tag, comment or instruction. The longest text of a message of ISO 20022 has 2,000 characters. */
export const PIECE_CHARACTERS_MAX = 64 * 1024
/** What is parsed between two looks at how large the piece in hand is. */
const SLICE_CHARACTERS = 16 * 1024

/** Outermost elements in which networks carry a Document and the header that goes with it (SWIFT, head.001, head.002). */
const ENVELOPES: ReadonlySet<string> = new Set([
  'Envelope',
  'RequestPayload',
  'DataPDU',
  'BizMsgEnvlp',
  'Xchg',
  'message',
  'Message',
])

/** Before the name of an element whose namespace is not that of the root. */
export const OF_ANOTHER_NAMESPACE = '{}'

/** Path of what an envelope holds beside its Document, of which nobody is told. */
const OUTSIDE = ''

/**
 * Reads XML piece by piece; nothing of it is kept but the path to where it is. No document type, hence no entities but
 * the five of XML; namespaces are resolved, and elements of another one than the root's have a name that no path has.
 * The root is the outermost element, or the Document in its envelope.
 */
export class ElementReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #handler: ElementHandler
  readonly #fault: XmlFault
  readonly #paths: string[] = []
  #namespace = ''
  #hasRoot = false
  /** The outermost element, where it is an envelope. */
  #envelope: { readonly name: string; readonly namespace: string; readonly position: Position } | undefined
  #text = ''
  #hasText = false
  #isLeaf = false
  #currency: string | undefined
  #pieceBegan = 0

  constructor(handler: ElementHandler, fault: XmlFault = statementFault) {
    this.#handler = handler
    this.#fault = fault
    const parser = this.#parser
    parser.on('error', (error) => {
      const reason = error.message.replace(/^[^ ]*: /, '')
      throw this.#fault('XML_MALFORMED', `Not well-formed: ${shown(reason)}`, this.#position())
    })
    parser.on('xmldecl', ({ encoding }) => {
      this.#endPiece()
      if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding))
        throw this.#fault(
          'ENCODING_INVALID',
          `It names ${shown(encoding)}: messages of ISO 20022 are UTF-8.`,
          this.#position(),
        )
    })
    parser.on('doctype', () => this.#refuseDoctype())
    parser.on('comment', () => this.#endPiece())
    parser.on('processinginstruction', () => this.#endPiece())
    parser.on('text', (text) => this.#addText(text))
    parser.on('cdata', (text) => this.#addText(text))
    parser.on('opentag', ({ local, uri, attributes }) => this.#open(local, uri, attributes.Ccy?.value))
    parser.on('closetag', () => this.#close())
  }

  /** @throws XML_MALFORMED, XML_DTD_REFUSED, XML_TOO_DEEP, XML_TOO_LARGE, or what the handler throws */
  write(text: string): void {
    for (let start = 0; start < text.length; start += SLICE_CHARACTERS) {
      this.#parser.write(text.slice(start, start + SLICE_CHARACTERS))
      if (this.#parser.position - this.#pieceBegan > PIECE_CHARACTERS_MAX) throw this.#tooLarge()
    }
  }

  /** The end of the file. */
  end(): void {
    this.#parser.close()
    if (this.#hasRoot || this.#envelope === undefined) return
    const { name, namespace, position } = this.#envelope
    this.#handler.root(name, namespace, position)
  }

  #open(local: string, uri: string, currency: string | undefined): void {
    this.#endPiece()
    this.#refuseText()
    const isRoot = this.#isRoot(local, uri)
    if (isRoot) this.#namespace = uri
    const name = uri === this.#namespace ? local : `${OF_ANOTHER_NAMESPACE}${local}`
    const parent = this.#paths.at(-1)
    const path = isRoot ? name : parent === OUTSIDE || parent === undefined ? OUTSIDE : `${parent}/${name}`
    if (this.#paths.push(path) > DEPTH_MAX)
      throw this.#fault('XML_TOO_DEEP', `Elements nest to ${DEPTH_MAX} at the most.`, this.#position())
    this.#isLeaf = true
    this.#currency = currency
    if (isRoot) this.#handler.root(local, uri, this.#position())
    if (path !== OUTSIDE) this.#handler.open(path, this.#position())
  }

  /** @throws XML_MALFORMED for a second Document, which would be left out */
  #isRoot(local: string, uri: string): boolean {
    if (this.#paths.length === 0) {
      if (!ENVELOPES.has(local)) {
        this.#hasRoot = true
        return true
      }
      this.#envelope = { name: local, namespace: uri, position: this.#position() }
      return false
    }
    if (this.#paths.at(-1) !== OUTSIDE || local !== 'Document') return false
    if (this.#hasRoot) throw this.#fault('XML_MALFORMED', 'An envelope has one Document.', this.#position())
    this.#hasRoot = true
    return true
  }

  #close(): void {
    this.#endPiece()
    const path = this.#paths.at(-1) ?? OUTSIDE
    const position = this.#position()
    if (this.#isLeaf && path !== OUTSIDE)
      this.#handler.leaf(path, { text: this.#text.trim(), currency: this.#currency, position })
    else if (!this.#isLeaf) this.#refuseText()
    this.#text = ''
    this.#hasText = false
    this.#isLeaf = false
    this.#paths.pop()
    if (path !== OUTSIDE) this.#handler.close(path, position)
  }

  #addText(text: string): void {
    this.#endPiece()
    this.#hasText ||= /[^ \t\r\n]/.test(text)
    if (!this.#hasText) return
    this.#text += text
    // Of CDATA sections and comments there may be many in one element.
    if (this.#text.length > PIECE_CHARACTERS_MAX) throw this.#tooLarge()
  }

  /** ISO 20022 has no mixed content: a text beside elements was an element before it was damaged. */
  #refuseText(): void {
    if (this.#hasText) throw this.#fault('XML_MALFORMED', 'A text stands beside elements.', this.#position())
    this.#text = ''
  }

  #refuseDoctype(): never {
    throw this.#fault('XML_DTD_REFUSED', 'A document type is declared.', this.#position())
  }

  #endPiece(): void {
    this.#pieceBegan = this.#parser.position
  }

  #tooLarge(): Error {
    const message = `One text, tag or comment has ${PIECE_CHARACTERS_MAX} characters at the most.`
    return this.#fault('XML_TOO_LARGE', message, this.#position())
  }

  #position(): Position {
    const { line, column } = this.#parser
    const path = this.#paths.at(-1)
    return path === undefined || path === OUTSIDE ? { line, column } : { line, column, path }
  }
}
