import { type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import { compileRelease } from './release.ts'
import { fragmentsOf } from './root-fields.ts'

function released(query: string, data: Record<string, unknown>): Record<string, unknown> {
  const { definitions } = parse(query)
  const { selectionSet } = definitions[0] as OperationDefinitionNode
  compileRelease([{ selectionSet, condition: undefined }], fragmentsOf(definitions))(data)
  return data
}

test('every object that was selected, in lists of lists or behind fragments, is on its own after an answer is written', () => {
  const leaf = { id: 'b1' }
  const books = [[{ id: 'b0', author: leaf }], [null, leaf]]
  const user = { name: 'Ada', books, ratings: [1, 2], home: { city: 'Bern' } }
  const data = released(
    '{ user { name ratings ...B ... on User { home { city } } } none { x } } fragment B on User { books { id author { id } } }',
    { user, none: null },
  )
  expect(data).toEqual({ user: null, none: null })
  expect(user).toEqual({ name: 'Ada', ratings: [1, 2], books: null, home: null })
  expect(books).toEqual([[{ id: 'b0', author: null }], [null, { id: 'b1' }]])
})

test('what two have in common is taken apart once', () => {
  const shared = { id: 's', friend: { id: 'f' } }
  released('{ all { id friend { id } } }', { all: [shared, shared] })
  expect(shared).toEqual({ id: 's', friend: null })
})

test('a name that every object knows is no link', () => {
  const data = JSON.parse('{ "__proto__": { "a": { "b": 1 } }, "constructor": { "a": { "b": 1 } } }')
  released('{ __proto__: x { a { b } } constructor: x { a { b } } toString: x { a { b } } }', data)
  released('{ __proto__: x { a { b } } }', {})
  expect(Object.keys({})).toEqual([])
  expect(typeof {}.toString).toBe('function')
  expect(data.constructor).toBeNull()
})
