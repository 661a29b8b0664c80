import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { createMerging, type ResponseObject } from './response-object.ts'

const { object: merge } = createMerging(
  buildSchema('interface Media { id: ID } type Book implements Media { id: ID } type Query { media: Media }'),
)

test.each<[string, ResponseObject, ResponseObject, ResponseObject]>([
  ['fields beside one another', { a: 1 }, { b: null }, { a: 1, b: null }],
  ['objects field by field', { a: { x: 1, y: { z: 1 } } }, { a: { y: { w: 2 } } }, { a: { x: 1, y: { z: 1, w: 2 } } }],
  [
    'lists of one length item by item',
    { a: [{ x: 1 }, null, 3] },
    { a: [{ y: 2 }, { z: 1 }, 4] },
    { a: [{ x: 1, y: 2 }, { z: 1 }, 4] },
  ],
  ['lists of lists', { a: [[{ x: 1 }], []] }, { a: [[{ y: 2 }], []] }, { a: [[{ x: 1, y: 2 }], []] }],
  [
    'the later list where their lengths differ',
    { a: [{ x: 1 }] },
    { a: [{ y: 2 }, { y: 3 }] },
    { a: [{ y: 2 }, { y: 3 }] },
  ],
  ['the later value of a leaf', { a: 1, b: 'x' }, { a: null, b: 'y' }, { a: null, b: 'y' }],
  [
    'null by an object, and an object by null',
    { a: null, b: { x: 1 } },
    { a: { x: 1 }, b: null },
    { a: { x: 1 }, b: null },
  ],
  ['a type by a later one', { __typename: 'Media' }, { __typename: 'Book' }, { __typename: 'Book' }],
  [
    'no type by the name of an interface',
    { __typename: 'Book' },
    { __typename: 'Media', id: 1 },
    { __typename: 'Book', id: 1 },
  ],
  ['an interface’s name where there is none yet', {}, { __typename: 'Media' }, { __typename: 'Media' }],
])('merges %s', (_, target, source, merged) => {
  merge(target, source)
  expect(target).toEqual(merged)
})

test('an answer does not reach the prototype of objects', () => {
  const target: ResponseObject = {}
  merge(target, JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":{"polluted":true}}}'))
  merge(target, JSON.parse('{"a":{"__proto__":{"polluted":true}}}'))
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(target.polluted).toBeUndefined()
})

test('the same object twice stays as it is', () => {
  const shared = { x: [1] }
  const target: ResponseObject = { a: shared }
  merge(target, { a: shared })
  expect(target).toEqual({ a: { x: [1] } })
})
