import { type GraphQLOutputType, getNullableType, isListType, isNonNullType } from 'graphql'
import { FunctionSource, property } from '../function-source.ts'
import type { ResponseObject } from '../response-object.ts'
import type { SelectedField, Selection } from './selections.ts'
import { pathTo, type Shapes } from './shapes.ts'
import { surprised } from './surprise.ts'
import { TextSource } from './text-source.ts'
import { Unsuited } from './unsuited.ts'

/**
 * Writes merged texts as the JSON of `data`.
 * @throws Surprise where there is nothing in the place of what is never null
 */
export type WriteTexts = (data: ResponseObject) => string

/** Compiles an operation into the function that puts texts together to its answer. */
export function compileWriteTexts(
  client: Selection,
  { runs }: Pick<Shapes, 'runs'>,
  clientKeys: ReadonlyMap<string, string>,
): WriteTexts {
  const source = new FunctionSource()
  const missing = `${source.constant(surprised)}()`

  /** The name of a function that writes an object from behind its opening brace. */
  function object({ fields }: Selection, place: string): string {
    const text = new TextSource()
    for (let index = 0; index < fields.length; ) {
      const field = fields[index] as SelectedField
      const length = runs.get(pathTo(place, field.key)) ?? 0
      if (index > 0) text.literal(',')
      if (length > 0) run(text, fields.slice(index, index + length))
      else single(text, field, place)
      index += Math.max(length, 1)
    }
    return source.add('value', `return ${text.literal('}')}`)
  }

  function run(text: TextSource, fields: readonly SelectedField[]): void {
    const nulls = fields.map(({ key }) => `"${key}":null`).join(',')
    const otherwise = fields.every(isNullable) ? JSON.stringify(nulls) : missing
    text.expression(`(${property('value', fields[0]?.key ?? '')} ?? ${otherwise})`)
  }

  function single(text: TextSource, field: SelectedField, place: string): void {
    const { key, name, parent, type, below } = field
    if (name === '__schema' || name === '__type') throw new Unsuited('introspection')
    text.literal(`"${clientKeys.get(key) ?? key}":`)
    if (type === undefined) text.literal(`"${parent.name}"`)
    else if (below === undefined) text.expression(`(${property('value', key)} ?? ${otherwiseOf(type)})`)
    else text.expression(`${nested(type, object(below, pathTo(place, key)))}(${property('value', key)})`)
  }

  function nested(type: GraphQLOutputType, write: string): string {
    const orElse = `if (value === null || value === undefined) return ${otherwiseOf(type)}`
    const present = getNullableType(type)
    if (!isListType(present)) return source.add('value', `${orElse}\nreturn '{' + ${write}(value)`)
    const item = isNonNullType(present.ofType)
      ? `if (item === null) ${missing}\ntext += (index === 0 ? '{' : ',{') + ${write}(item)`
      : `text += (index === 0 ? '' : ',') + (item === null ? 'null' : '{' + ${write}(item))`
    return source.add(
      'value',
      `${orElse}
      let text = '['
      for (let index = 0; index < value.length; index++) {
        const item = value[index]
        ${item}
      }
      return text + ']'`,
    )
  }

  const otherwiseOf = (type: GraphQLOutputType): string => (isNonNullType(type) ? missing : `'null'`)

  const data = object(client, '')
  return source.build(source.add('value', `return '{' + ${data}(value)`))
}

const isNullable = ({ type }: SelectedField): boolean => type !== undefined && !isNonNullType(type)
