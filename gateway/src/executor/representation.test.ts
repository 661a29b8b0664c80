import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { compileRepresentation } from './representation.ts'
import { createMerging, type ResponseObject } from './response-object.ts'
import { field, on } from './testing/plan-nodes.ts'

const schema = buildSchema(`
  interface Media { id: ID }
  type Book implements Media { id: ID }
  type Film implements Media { id: ID }
  type Query { media: Media }
`)
const KEY = on('Book', field('__typename'), field('id'))

const NESTED = field('a', { selections: [field('b')] })

test.each<[string, QueryPlanSelectionNode[], ResponseObject, ResponseObject | null]>([
  ['what is selected, and nothing else', [KEY], { __typename: 'Book', id: 1, more: 2 }, { __typename: 'Book', id: 1 }],
  ['null as it is', [KEY], { __typename: 'Book', id: null }, { __typename: 'Book', id: null }],
  ['nothing of another type', [KEY], { __typename: 'Film', id: 1 }, {}],
  ['nothing where something is missing', [KEY], { __typename: 'Book' }, {}],
  [
    'an implementation of an interface',
    [on('Media', field('__typename'), field('id'))],
    { __typename: 'Film', id: 1 },
    { __typename: 'Film', id: 1 },
  ],
  [
    'several fragments joined',
    [KEY, on('Media', field('owner', { selections: [field('name')] }))],
    { __typename: 'Book', id: 1, owner: { name: 'A', age: 2 } },
    { __typename: 'Book', id: 1, owner: { name: 'A' } },
  ],
  [
    'objects in lists of lists, with null in them',
    [NESTED],
    { a: [[{ b: 1, c: 2 }, null], null] },
    { a: [[{ b: 1 }, null], null] },
  ],
  [
    'a field from the key under which it was asked for',
    [{ kind: 'Field', name: 'price', alias: '_required0_price' }],
    { price: 1, _required0_price: 2 },
    { price: 2 },
  ],
  ['nothing at all where a part of an object is missing', [NESTED], { a: { c: 2 } }, null],
  ['nothing at all where a part of one in a list is missing', [NESTED], { a: [{ b: 1 }, { c: 2 }] }, null],
  ['nothing at all where a field without fragment is missing', [field('a')], { b: 1 }, null],
])('represents %s', (_, selections, object, expected) => {
  expect(compileRepresentation(schema, createMerging(schema).object, selections)(object)).toEqual(expected)
})
