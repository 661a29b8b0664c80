import { entry, FunctionSource } from '../function-source.ts'
import type { ResponseObject } from '../response-object.ts'
import type { NestedPart, ObjectShape } from './shapes.ts'
import { surprised } from './surprise.ts'

/** Reads a subgraph's answer, which has no errors; undefined where it is not as it was asked for. */
export type Read = (text: string) => ResponseObject | undefined

/** Where reading is. It is done at once, so that one such place serves all. */
interface Cursor {
  text: string
  at: number
}

const START = '{"data":{'
/** Behind which JSON knows no other blanks. */
const END = /\}[ \t\n\r]*$/y

/**
 * Compiles how an answer is read that looks as nearly all do: a pattern for each text, one behind the other. That takes half
 * of what `JSON.parse` does, and the texts go to the client, or to the next subgraph, as they are.
 */
export function compileRead(data: ObjectShape): Read {
  const source = new FunctionSource()
  const cursor: Cursor = { text: '', at: 0 }
  const readData = source.build<() => ResponseObject>(compileObject(source, source.constant(cursor), data))
  return (text) => {
    if (!text.startsWith(START)) return undefined
    cursor.text = text
    cursor.at = START.length
    try {
      const read = readData()
      return isEnd(text, cursor.at) ? read : undefined
    } catch {
      // Whatever was in the way, a text too large for patterns included: it is read as any other.
      return undefined
    } finally {
      cursor.text = ''
    }
  }
}

/** Whether nothing follows on `data` but what nobody looks at: extensions, or that there are no errors. */
function isEnd(text: string, at: number): boolean {
  END.lastIndex = at
  if (END.test(text)) return true
  if (text[at] !== ',') return false
  // Of what is read already, the place is held by a member without a name.
  const rest = JSON.parse(`{"":0${text.slice(at)}`)
  return (rest.errors ?? undefined) === undefined && !Object.hasOwn(rest, 'data')
}

/** The name of a function that reads an object, from behind the brace that opens it. */
function compileObject(source: FunctionSource, cursor: string, shape: ObjectShape): string {
  const reading = new Reading(source, cursor)
  const own = reading.members(shape)
  return source.add('', `const { text } = ${cursor}\n${reading.end()}\nreturn ${own}`)
}

/** Statements that read what is known to stand in an order. */
class Reading {
  readonly #source: FunctionSource
  readonly #cursor: string
  readonly #fail: string
  readonly #statements: string[] = []
  /** What has to come next, but was not looked for yet. */
  #literal = ''
  /** A text that was not looked for yet either, with what stands before it. */
  #open: { readonly variable: string; readonly before: string; readonly pattern: string } | undefined
  #variables = 0

  constructor(source: FunctionSource, cursor: string) {
    this.#source = source
    this.#cursor = cursor
    this.#fail = `${source.constant(surprised)}()`
  }

  /** Reads an object from behind its opening brace, and gives the source of what was read. */
  members({ parts, room }: ObjectShape): string {
    const own = parts.map((part, index) => {
      if (index > 0) this.#literal += ','
      if (part.kind === 'nested') return entry(part.key, this.#nested(part))
      this.#literal += part.label
      return entry(part.key, this.#text(part.pattern))
    })
    this.#literal += '}'
    return `{ ${[...own, ...room.map((key) => entry(key, 'undefined'))].join(', ')} }`
  }

  /** All statements. */
  end(): string {
    this.#settle()
    return this.#statements.join('\n')
  }

  #nested({ key, isNullable, items, shape }: NestedPart): string {
    this.#literal += `"${key}":`
    if (items === undefined && !isNullable) {
      this.#literal += '{'
      return this.members(shape)
    }
    this.#settle()
    const variable = this.#variable()
    const orNull = isNullable ? `if (${this.#next()} === ${codeOf('n')}) {\n${this.#skip('null')}\n} else ` : ''
    this.#statements.push(`let ${variable} = null\n${orNull}{`)
    this.#literal = items === undefined ? '{' : '['
    const value = items === undefined ? this.members(shape) : this.#items(shape, items.areNullable)
    this.#settle()
    this.#statements.push(`${variable} = ${value}\n}`)
    return variable
  }

  /** Reads a list from behind its bracket. */
  #items(shape: ObjectShape, areNullable: boolean): string {
    this.#settle()
    const items = this.#variable()
    const read = compileObject(this.#source, this.#cursor, shape)
    const item = `${this.#skip('{')}\n${items}.push(${read}())`
    this.#statements.push(
      `const ${items} = []
      if (${this.#next()} === ${codeOf(']')}) ${this.#cursor}.at++
      else while (true) {
        ${areNullable ? `if (${this.#next()} === ${codeOf('n')}) {\n${this.#skip('null')}\n${items}.push(null)\n} else {\n${item}\n}` : item}
        const end = ${this.#next()}
        ${this.#cursor}.at++
        if (end === ${codeOf(']')}) break
        if (end !== ${codeOf(',')}) ${this.#fail}
      }`,
    )
    // A list that grew has room for more, and takes it along wherever the collector moves it.
    return `${items}.slice()`
  }

  #text(pattern: string): string {
    const before = this.#literal
    if (this.#open !== undefined) {
      this.#literal = ''
      this.#settle()
    }
    this.#literal = ''
    const variable = this.#variable()
    this.#open = { variable, before, pattern }
    return variable
  }

  /** Looks for all that was put off. */
  #settle(): void {
    const literal = this.#literal
    this.#literal = ''
    if (this.#open !== undefined) {
      const { variable, before, pattern } = this.#open
      this.#open = undefined
      const regExp = this.#source.constant(new RegExp(escaped(before) + pattern + escaped(literal), 'y'))
      this.#statements.push(
        `${regExp}.lastIndex = ${this.#cursor}.at
        if (!${regExp}.test(text)) ${this.#fail}
        const ${variable} = text.slice(${this.#cursor}.at + ${before.length}, ${regExp}.lastIndex - ${literal.length})
        ${this.#cursor}.at = ${regExp}.lastIndex`,
      )
    } else if (literal !== '') this.#statements.push(this.#skip(literal))
  }

  #skip(literal: string): string {
    const test =
      literal.length === 1
        ? `${this.#next()} !== ${codeOf(literal)}`
        : `!text.startsWith(${JSON.stringify(literal)}, ${this.#cursor}.at)`
    return `if (${test}) ${this.#fail}\n${this.#cursor}.at += ${literal.length}`
  }

  #next(): string {
    return `text.charCodeAt(${this.#cursor}.at)`
  }

  #variable(): string {
    this.#variables += 1
    return `v${this.#variables}`
  }
}

const codeOf = (character: string): number => character.charCodeAt(0)

/** Of JSON's signs and names, those that mean something in a pattern. */
const escaped = (literal: string): string => literal.replaceAll(/[{}[\]]/g, '\\$&')
