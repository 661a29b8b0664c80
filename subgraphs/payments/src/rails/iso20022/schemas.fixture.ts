// ISO's schemas are no part of this repository (docs/adr/0024). Where a folder has them, the tests hold them against what is
// written and against the rules of structure/.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { validateXML } from 'xmllint-wasm'
import type { MessageName } from './structure/messages.ts'

const REPOSITORY = new URL('../../../../../', import.meta.url)
const FOLDER = process.env.ISO20022_SCHEMAS ?? fileURLToPath(new URL('../shared/data/iso20022/xsd', REPOSITORY))

/** The schema of a message as text; undefined where there is none. */
export function schemaText(message: MessageName): string | undefined {
  const file = join(FOLDER, `${message}.xsd`)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** What libxml2 finds wrong with a file. */
export async function schemaFaults(xml: string, schema: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: { fileName: 'message.xml', contents: xml },
    schema: { fileName: 'schema.xsd', contents: schema },
  })
  return errors.map(({ message }) => message)
}

export type SchemaElement = { readonly name: string; readonly type: string; readonly min: number; readonly max: number }
export type SchemaType = { kind: 'SEQUENCE' | 'CHOICE' | 'VALUE'; readonly elements: SchemaElement[] }

/** The types of a schema by their names. A choice that is all there is of a sequence counts as one. */
export function schemaTypes(text: string): Map<string, SchemaType> {
  const types = new Map<string, SchemaType>()
  let current: SchemaType | undefined
  const parser = new SaxesParser({ xmlns: true })
  parser.on('opentag', ({ local, attributes }) => {
    const value = (name: string) => attributes[name]?.value
    if ((local === 'complexType' || local === 'simpleType') && value('name') !== undefined) {
      current = { kind: local === 'simpleType' ? 'VALUE' : 'SEQUENCE', elements: [] }
      types.set(value('name') ?? '', current)
    } else if (current !== undefined && local === 'choice') current.kind = 'CHOICE'
    else if (current !== undefined && local === 'simpleContent') current.kind = 'VALUE'
    else if (current !== undefined && local === 'element') {
      const max = value('maxOccurs') ?? '1'
      current.elements.push({
        name: value('name') ?? '',
        type: value('type') ?? '',
        min: Number(value('minOccurs') ?? 1),
        max: max === 'unbounded' ? Number.POSITIVE_INFINITY : Number(max),
      })
    }
  })
  parser.write(text).close()
  return types
}
