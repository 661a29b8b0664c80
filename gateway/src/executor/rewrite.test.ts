import type { FetchDataRewrite } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { compileRewrites } from './rewrite.ts'

const schema = buildSchema(`
  interface Media { id: ID }
  type Book implements Media { id: ID }
  type Film implements Media { id: ID }
  type Query { media: Media }
`)
const rename = (path: string[], renameKeyTo: string): FetchDataRewrite => ({ kind: 'KeyRenamer', path, renameKeyTo })
const set = (path: string[], setValueTo: unknown): FetchDataRewrite => ({ kind: 'ValueSetter', path, setValueTo })

test.each<[string, FetchDataRewrite[], unknown, unknown]>([
  ['renames a key', [rename(['a__alias_0'], 'a')], { a__alias_0: 1, b: 2 }, { a: 1, b: 2 }],
  ['renames no key that is missing', [rename(['x'], 'a')], { a: 1 }, { a: 1 }],
  ['renames a key that is null', [rename(['x'], 'a')], { x: null }, { a: null }],
  [
    'renames in lists of lists',
    [rename(['l', 'x'], 'a')],
    { l: [[{ x: 1 }, null], [], [{ x: 2 }]] },
    { l: [[{ a: 1 }, null], [], [{ a: 2 }]] },
  ],
  [
    'renames where the type fits',
    [rename(['m', '... on Book', 'x'], 'a')],
    { m: [{ __typename: 'Book', x: 1 }, { __typename: 'Film', x: 2 }, { x: 3 }] },
    { m: [{ __typename: 'Book', a: 1 }, { __typename: 'Film', x: 2 }, { a: 3 }] },
  ],
  [
    'sets a value',
    [set(['... on Book', '__typename'], 'Media')],
    { __typename: 'Book', id: 1 },
    { __typename: 'Media', id: 1 },
  ],
  [
    'sets none where the type does not fit',
    [set(['... on Film', '__typename'], 'Media')],
    { __typename: 'Book' },
    { __typename: 'Book' },
  ],
  [
    'fits a type to its interface',
    [set(['... on Media', 'id'], 0)],
    { __typename: 'Film', id: 1 },
    { __typename: 'Film', id: 0 },
  ],
  ['does one after the other', [rename(['a'], 'b'), rename(['b'], 'c')], { a: 1 }, { c: 1 }],
  ['leaves null alone', [rename(['a', 'b'], 'c')], { a: null }, { a: null }],
])('%s', (_, rewrites, value, expected) => {
  compileRewrites(schema, rewrites)?.(value)
  expect(value).toEqual(expected)
})

test('without rewrites there is nothing to do', () => {
  expect(compileRewrites(schema, undefined)).toBeUndefined()
  expect(compileRewrites(schema, [])).toBeUndefined()
})

test('a rewrite that ends at no field is refused', () => {
  expect(() => compileRewrites(schema, [set(['... on Book'], 1)])).toThrow('no field')
})
