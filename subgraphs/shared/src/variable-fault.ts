import { holdsCardNumber } from './cards/holds-card-number.ts'

const SUBJECT = /^Variable "\$\w+" got invalid value /
const PLACE = / at "[\w.[\]]+"$/
/** No path of an input is longer; what is before it is the value. */
const PLACE_LENGTH_MAX = 500
/** Each from where it may first begin: what it repeats may itself look like the end of a message. */
const ECHO = /; ((?:\w+|Enum "\w+") cannot represent [\w -]*value): .*$/s
const ENUM_VALUE = /; Value ".*" (does not exist in "\w+" enum\.(?: Did you mean [^;]*)?)$/s
const FIELD = /; Field "(.*)" (is not defined by type "\w+"\.(?: Did you mean [^;]*)?)$/s

/**
 * What graphql-js says of a variable, without the value of it, which it repeats: with an input object that lacks a field
 * it repeats all the others in it. What they hold may be for nobody's screen or log. Of a field that there is not, the name stays
 * where it may be one.
 */
export function withoutVariableValue(message: string): string {
  const subject = SUBJECT.exec(message)?.[0]
  if (subject === undefined) return message
  const { at, reason } = reasonIn(message)
  const place = PLACE.exec(message.slice(Math.max(0, at - PLACE_LENGTH_MAX), at))?.[0] ?? ''
  return `${subject.trimEnd()}${place}${reason}`
}

/** Where the reason begins, and what it says without what it repeats. */
function reasonIn(message: string): { readonly at: number; readonly reason: string } {
  const value = ENUM_VALUE.exec(message)
  if (value !== null) return { at: value.index, reason: `; The value ${value[1]}` }
  const field = FIELD.exec(message)
  if (field !== null) {
    const [, name = '', said] = field
    return { at: field.index, reason: `; ${isName(name) ? `Field "${name}"` : 'A field'} ${said}` }
  }
  const echo = ECHO.exec(message)
  if (echo !== null) return { at: echo.index, reason: `; ${echo[1]}.` }
  const at = message.lastIndexOf('; ')
  return { at, reason: message.slice(at) }
}

const isName = (text: string): boolean => /^[_A-Za-z]\w*$/.test(text) && !holdsCardNumber(text)
