const SUBJECT = /^Variable "\$\w+" got invalid value /
const PLACE = / at "[\w.[\]]+"$/
/** No path of an input is longer; what is before it is the value. */
const PLACE_LENGTH_MAX = 500
const ECHO = /^(; \w+ cannot represent [\w -]*value): .*$/s

/**
 * What graphql-js says of a variable, without the value of it, which it repeats: with an input object that lacks a field
 * it repeats all the others in it. What they hold may be for nobody's screen or log.
 */
export function withoutVariableValue(message: string): string {
  const subject = SUBJECT.exec(message)?.[0]
  if (subject === undefined) return message
  const reasonAt = message.lastIndexOf('; ')
  const reason = message.slice(reasonAt).replace(ECHO, '$1.')
  const place = PLACE.exec(message.slice(Math.max(0, reasonAt - PLACE_LENGTH_MAX), reasonAt))?.[0] ?? ''
  return `${subject.trimEnd()}${place}${reason}`
}
