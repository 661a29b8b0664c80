import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import fc from 'fast-check'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { compileAsked } from './asked.ts'
import { createMerging, type ResponseObject } from './response-object.ts'
import { fetchOf, field, on } from './testing/plan-nodes.ts'

const schema = buildSchema(`
  interface Media { isbn: String }
  type Book implements Media { id: ID isbn: String price: Float }
  type Film implements Media { isbn: String }
  scalar Size
  type Box { codes: [String!] size: Size label: String }
  type Query { media: Media }
`)
function askedOf(requires: QueryPlanSelectionNode[], objects: readonly ResponseObject[], type?: string) {
  const asked = compileAsked(fetchOf('', { requires }), {
    schema,
    merge: createMerging(schema).object,
    type,
    isVerbatim: false,
  })(objects)
  if (asked === undefined) return undefined
  const representations: unknown[] = JSON.parse(asked.representations)
  expect(asked.count).toBe(representations.length)
  expect(asked.indexes).toHaveLength(asked.targets.length)
  return { representations, targets: asked.targets, own: asked.indexes.map((index) => representations[index]) }
}

const BOOK = [field('__typename'), field('price'), field('id')]

test('asks once about objects that look the same, and apart about all others', () => {
  const one = { __typename: 'Book', id: '1', price: 5, more: true }
  const same = { __typename: 'Book', id: '1', price: 5 }
  const dearer = { __typename: 'Book', id: '1', price: 6 }
  const asDear = { __typename: 'Book', id: '1', price: 6, other: 1 }
  const asked = askedOf([on('Book', ...BOOK)], [one, same, dearer, asDear])
  expect(asked?.representations).toEqual([
    { __typename: 'Book', price: 5, id: '1' },
    { __typename: 'Book', price: 6, id: '1' },
  ])
  expect(asked?.own).toEqual([one, same, dearer, asDear].map(({ price }) => ({ __typename: 'Book', price, id: '1' })))
})

test.each<[string, QueryPlanSelectionNode[], ResponseObject]>([
  ['lacks a field', [on('Book', ...BOOK)], { __typename: 'Book', id: '1' }],
  ['is of another type', [on('Book', ...BOOK)], { __typename: 'Film', id: '1', price: 5 }],
  ['is of no type', [on('Book', ...BOOK)], { __typename: null, id: '1', price: 5 }],
  ['lacks its type', [on('Book', ...BOOK)], { id: '1', price: 5 }],
])('asks about nobody who %s', (_, requires, object) => {
  expect(askedOf(requires, [object])).toBeUndefined()
})

test('reads a field where the plan has put it, and names it as the subgraph does', () => {
  const requires = [on('Media', field('__typename'), field('isbn', { alias: '_0_isbn' }))]
  expect(askedOf(requires, [{ __typename: 'Film', _0_isbn: null, isbn: 'no' }])?.representations).toEqual([
    { __typename: 'Film', isbn: null },
  ])
})

test('needs no more than a type', () => {
  const film = { __typename: 'Film' }
  expect(askedOf([on('Film', field('__typename'))], [film, { ...film }])).toMatchObject({
    representations: [film],
    own: [film, film],
  })
})

test.each<[string, string[]]>([
  ['lists', ['codes']],
  ['objects of a custom scalar', ['size']],
  ['both, and a plain one', ['size', 'label', 'codes']],
])('asks once about objects whose keys are %s that say the same', (_, names) => {
  const box = (codes: string[], width: number) => ({ __typename: 'Box', codes, size: { width }, label: 'a' })
  const boxes = [box(['1', '2'], 1), box(['1', '2'], 1), box(['2', '1'], 2), box(['1', '2'], 1), box(['2', '1'], 2)]
  const asked = askedOf([on('Box', field('__typename'), ...names.map((name) => field(name)))], boxes)
  expect(asked?.representations).toHaveLength(2)
  expect(asked?.own).toMatchObject(
    boxes.map((each) => Object.fromEntries(names.map((name) => [name, Reflect.get(each, name)]))),
  )
})

const boxed = fc.constantFrom<unknown[]>(
  undefined,
  null,
  [],
  '[]',
  ['1'],
  ['1', '2'],
  '["1"]',
  { w: 1 },
  { w: 2 },
  1,
  'null',
)
const box = fc
  .record({ codes: boxed, size: boxed })
  .map((made) => Object.entries(made).filter(([, given]) => given !== undefined))
  .map((entries): ResponseObject => ({ __typename: 'Box', ...structuredClone(Object.fromEntries(entries)) }))

test('a key of lists and custom scalars says the same as it does in the form of any key', () => {
  fc.assert(
    fc.property(fc.array(box), fc.subarray(['codes', 'size']), (boxes, names) => {
      const key = on('Box', field('__typename'), ...names.map((name) => field(name)))
      expect(askedOf([key], boxes)).toEqual(askedOf([key, on('Query', field('__typename'))], boxes))
    }),
    { numRuns: 500 },
  )
})

const value = fc.constantFrom<unknown[]>(undefined, null, '1', '2', 1, true, 0.5, '__proto__')
const object = fc
  .record({
    __typename: fc.constantFrom('Book', 'Film', 'Media', null, undefined),
    id: value,
    isbn: value,
    price: value,
  })
  .map((made) => Object.fromEntries(Object.entries(made).filter(([, given]) => given !== undefined)))
const NAMES = ['id', 'isbn', 'price']

test('a key of plain fields says the same as it does in the form of any key', () => {
  fc.assert(
    fc.property(fc.array(object), fc.subarray(NAMES), fc.constantFrom('Book', 'Media'), (objects, names, type) => {
      const key = on(type, field('__typename'), ...names.map((name) => field(name)))
      const anyForm = [key, on('Query', field('__typename'))]
      expect(askedOf([key], objects)).toEqual(askedOf(anyForm, objects))
    }),
    { numRuns: 500 },
  )
})

test('of objects whose type is known beforehand it says what it says of objects that tell it', () => {
  fc.assert(
    fc.property(
      fc.array(object),
      fc.subarray(NAMES),
      fc.constantFrom('Book', 'Media'),
      fc.constantFrom('Book', 'Film'),
      (objects, names, condition, type) => {
        const key = on(condition, field('__typename'), ...names.map((name) => field(name)))
        const silent = objects.map(({ __typename, ...rest }) => rest)
        const telling: ResponseObject[] = silent.map((rest) => ({ ...rest, __typename: type }))
        const told = askedOf([key], telling)
        const known = askedOf([key], silent, type)
        expect(known?.representations).toEqual(told?.representations)
        expect(known?.own).toEqual(told?.own)
        expect(known?.targets).toEqual(told?.targets.map((target) => silent[telling.indexOf(target)]))
      },
    ),
    { numRuns: 500 },
  )
})
