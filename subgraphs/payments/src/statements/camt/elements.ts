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

/**
 * Reads XML piece by piece; nothing of it is kept but the path to where it is. No document type, hence no entities but
 * the five of XML; namespaces are resolved, and elements of another one than the root's have a name that no path has.
 */
export class ElementReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #handler: ElementHandler
  readonly #fault: XmlFault
  readonly #paths: string[] = []
  #namespace = ''
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
  }

  #open(local: string, uri: string, currency: string | undefined): void {
    this.#endPiece()
    this.#refuseText()
    const parent = this.#paths.at(-1)
    if (parent === undefined) this.#namespace = uri
    const name = uri === this.#namespace ? local : `{}${local}`
    const path = parent === undefined ? name : `${parent}/${name}`
    if (this.#paths.push(path) > DEPTH_MAX)
      throw this.#fault('XML_TOO_DEEP', `Elements nest to ${DEPTH_MAX} at the most.`, this.#position())
    if (parent === undefined) this.#handler.root(local, uri, this.#position())
    this.#isLeaf = true
    this.#currency = currency
    this.#handler.open(path, this.#position())
  }

  #close(): void {
    this.#endPiece()
    const path = this.#paths.at(-1) ?? ''
    const position = this.#position()
    if (this.#isLeaf) this.#handler.leaf(path, { text: this.#text.trim(), currency: this.#currency, position })
    else this.#refuseText()
    this.#text = ''
    this.#hasText = false
    this.#isLeaf = false
    this.#paths.pop()
    this.#handler.close(path, position)
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
    return path === undefined ? { line, column } : { line, column, path }
  }
}
