import { buildSchema, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import type { ResponseObject } from '../response-object.ts'
import { clientSelection } from './selections.ts'
import { Surprise } from './surprise.ts'
import { compileWriteTexts } from './writer.ts'

const schema = buildSchema(`
  type Query { user: User must: User! users: [User] strict: [User!] constructor: Int }
  type User { id: ID! name: String points: Int }
`)

function written(query: string, data: ResponseObject, runs: Record<string, number> = {}): string {
  const operation = getOperationAST(parse(query))
  if (!operation) throw new Error('no operation')
  const client = clientSelection(schema, operation, new Map())
  return compileWriteTexts(client, { runs: new Map(Object.entries(runs)) }, new Map([['id_0', 'id']]))(data)
}

test.each<[string, string, ResponseObject, Record<string, number>, string]>([
  [
    'texts with their names, and texts without',
    '{ user { name points id } }',
    { user: { name: '"name":"A","points":1', id: '"u"' } },
    { 'user.name': 2 },
    '{"user":{"name":"A","points":1,"id":"u"}}',
  ],
  ['the key that the client knows', '{ user { id_0: id } }', { user: { id_0: '"u"' } }, {}, '{"user":{"id":"u"}}'],
  [
    'names of types',
    '{ user { __typename id } }',
    { user: { id: '"u"' } },
    {},
    '{"user":{"__typename":"User","id":"u"}}',
  ],
  ['null for what is missing and may be', '{ user { name } users { name } }', {}, {}, '{"user":null,"users":null}'],
  [
    'null for each field of a run that is missing',
    '{ user { name points } }',
    { user: {} },
    { 'user.name': 2 },
    '{"user":{"name":null,"points":null}}',
  ],
  [
    'lists with what is null in them',
    '{ users { id } strict { id } }',
    { users: [null, { id: '1' }], strict: [] },
    {},
    '{"users":[null,{"id":1}],"strict":[]}',
  ],
  ['no more than its own', '{ constructor }', {}, {}, '{"constructor":null}'],
])('writes %s', (_, query, data, runs, json) => {
  expect(written(query, data, runs)).toBe(json)
})

test.each<[string, string, ResponseObject, Record<string, number>]>([
  ['a text', '{ user { id } }', { user: {} }, {}],
  ['a run of which a field is never null', '{ user { name id } }', { user: {} }, { 'user.name': 2 }],
  ['an object', '{ must { name } }', { must: null }, {}],
  ['an item', '{ strict { name } }', { strict: [null] }, {}],
])('is surprised where %s is missing that is never null', (_, query, data, runs) => {
  expect(() => written(query, data, runs)).toThrow(Surprise)
})
