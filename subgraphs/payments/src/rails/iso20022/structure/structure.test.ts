import { expect, test } from 'vitest'
import { type SchemaType, schemaText, schemaTypes } from '../schemas.fixture.ts'
import type { ElementRule } from './element.ts'
import { MESSAGES, type MessageName } from './messages.ts'
import * as values from './values.ts'

const NAMES = Object.keys(MESSAGES) as MessageName[]

test.for(NAMES)('the rules of %s are those of its schema, as far as they look', (message, { skip }) => {
  const text = schemaText(message)
  if (text === undefined) return skip('The schemas of ISO are not in this repository: set ISO20022_SCHEMAS.')
  const types = schemaTypes(text)
  const document = types.get('Document')?.elements[0]
  const differences: string[] = []
  compare(MESSAGES[message], document?.type ?? '', message, types, differences)
  expect(differences).toEqual([])
  expect(document?.name).toBe(MESSAGES[message].name)
})

function compare(
  rule: ElementRule,
  type: string,
  path: string,
  types: ReadonlyMap<string, SchemaType>,
  differences: string[],
): void {
  const { content } = rule
  const known = types.get(type)
  if (content.kind === 'OPAQUE' || known === undefined) return
  const here = `${path}/${rule.name}`
  if (content.kind !== known.kind) differences.push(`${here} is ${content.kind}, ${type} is ${known.kind}`)
  if (!('elements' in content)) return
  const shown = (elements: readonly { name: string; min: number; max: number }[]) =>
    elements.map(({ name, min, max }) => `${name} ${content.kind === 'CHOICE' ? '' : `${min}..${max}`}`)
  const [ours, theirs] = [shown(content.elements), shown(known.elements)]
  if (ours.join() !== theirs.join()) differences.push(`${here}: ${ours.join(', ')} | ${theirs.join(', ')}`)
  for (const element of content.elements) {
    const other = known.elements.find(({ name }) => name === element.name)
    if (other !== undefined) compare(element, other.type, here, types, differences)
  }
}

test.each<[values.ValueType, readonly string[], readonly string[]]>([
  [values.text(3), ['a', 'äöü', '😀😀😀'], ['', 'abcd', '😀😀😀😀']],
  [values.COUNT, ['0', '007', '123456789012345'], ['', '-1', '1.0', '1234567890123456', '١']],
  [values.DECIMAL, ['1', '-1.5', '.5', '1.', '0.12345678901234567'], ['', '.', '1e5', '1,5', '1234567890123456789']],
  [values.AMOUNT, ['1', '1.5', '0', '.5', '1.12345'], ['', '-1', '1.123456', '1 000', '12345678901234.12345']],
  [
    values.DATE,
    ['2026-02-28', '2028-02-29', '2026-02-28Z', '2026-02-28+01:00'],
    ['2026-02-29', '2026-2-28', '20260228', ''],
  ],
  [
    values.DATE_TIME,
    ['2026-02-28T23:59:59', '2026-02-28T00:00:00.123Z', '2026-02-28T00:00:00+05:30'],
    ['2026-02-29T00:00:00', '2026-02-28T24:00:00', '2026-02-28', '2026-02-28 00:00:00'],
  ],
  [values.BOOLEAN, ['true', 'false', '1', '0'], ['TRUE', 'yes', '']],
  [values.BIC, ['COBADEFF', 'COBADEFFXXX'], ['COBADEF', 'COBADEFFXX', 'cobadeff', 'COBA1EFF']],
  [values.IBAN, ['DE89370400440532013000'], ['DE89 3704 0044 0532 0130 00', 'de89370400440532013000', 'D']],
  [
    values.UETR,
    ['8a562c67-ca16-48ba-b074-65581be6f001'],
    ['8A562C67-CA16-48BA-B074-65581BE6F001', '8a562c67-ca16-18ba-b074-65581be6f001'],
  ],
  [values.code('A', 'B'), ['A', 'B'], ['', 'C', 'AB']],
])('$name takes what it is and nothing else', (type, good, bad) => {
  expect(good.filter((text) => !type.isValid(text))).toEqual([])
  expect(bad.filter((text) => type.isValid(text))).toEqual([])
})
