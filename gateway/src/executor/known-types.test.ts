import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { fetchesOf } from './fetches-of.ts'
import { withoutKnownTypenames } from './known-types.ts'
import { fetchOf, field, on } from './testing/plan-nodes.ts'

const schema = buildSchema(`
  type Query { book: Book books: [Book] works: [Work] }
  type Book { id: ID writer: Person maker: Person }
  type Film { id: ID maker: Studio }
  type Person { id: ID name: String address: Address friend: Person }
  type Studio { id: ID }
  type Address { city: String }
  union Work = Book | Film
`)

const at = (path: string, node: PlanNode): PlanNode => ({ kind: 'Flatten', path: path.split('.'), node })
const inTurn = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes })

const keyOf = (type: string, ...fields: QueryPlanSelectionNode[]): QueryPlanSelectionNode[] => [
  on(type, field('__typename'), ...fields),
]
const entities = (selection: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){${selection}}}`

function leanOf(plan: PlanNode) {
  const lean = withoutKnownTypenames(plan, schema)
  return { operations: fetchesOf(lean.plan).map(({ operation }) => operation), typeAt: lean.typeAt }
}

test('what is of one type of object is not asked for it, below entities neither', () => {
  const { operations, typeAt } = leanOf(
    inTurn(
      fetchOf('{books{__typename id writer{__typename id}}}'),
      at(
        'books.@.writer',
        fetchOf(entities('...on Person{__typename name friend{__typename id}}'), {
          requires: keyOf('Person', field('id')),
        }),
      ),
    ),
  )
  expect(operations).toEqual(['{books{id writer{id}}}', entities('...on Person{name friend{id}}')])
  expect(['books.@', 'books.@.writer', 'books.@.writer.friend'].map((place) => typeAt(place.split('.')))).toEqual([
    'Book',
    'Person',
    'Person',
  ])
  expect(typeAt(['books'])).toBeUndefined()
})

describe('asked for as before is', () => {
  test.each([
    ['what may be of several types', '{works{__typename ...on Book{id}}}'],
    [
      'what is of two types under one key',
      '{works{__typename ...on Book{maker{__typename id}}...on Film{maker{__typename id}}}}',
    ],
    ['nothing else', '{book{__typename}}'],
    ['a type under another name', '{book{is:__typename id}}'],
    ['a type on a condition, whose variable has to be used', 'query($a:Boolean!){book{__typename@include(if:$a)id}}'],
    ['what is in named fragments', '{book{...f}}fragment f on Book{__typename id}'],
    ['a field that the supergraph does not know', '{unheard{__typename id}}'],
  ])('%s', (_, operation) => {
    expect(leanOf(fetchOf(operation)).operations).toEqual([operation])
  })

  test.each<[string, Partial<FetchNode>]>([
    ['a rewritten answer', { outputRewrites: [{ kind: 'KeyRenamer', path: ['a'], renameKeyTo: 'b' }] }],
    [
      'a rewritten representation',
      { inputRewrites: [{ kind: 'ValueSetter', path: ['__typename'], setValueTo: 'Human' }] },
    ],
    [
      'a key with fields of its own',
      { requires: keyOf('Person', field('address', { selections: [field('__typename'), field('city')] })) },
    ],
  ])('what a fetch with %s is about, and all below', (_, more) => {
    const book = '{book{__typename writer{__typename id address{__typename city}}}}'
    const person = entities('...on Person{__typename name friend{__typename id}}')
    const { operations, typeAt } = leanOf(
      inTurn(fetchOf(book), at('book.writer', fetchOf(person, { requires: keyOf('Person', field('id')), ...more }))),
    )
    expect(operations).toEqual(['{book{writer{__typename id address{__typename city}}}}', person])
    expect(typeAt(['book'])).toBe('Book')
    for (const place of ['book.writer', 'book.writer.address', 'book.writer.friend'])
      expect(typeAt(place.split('.'))).toBeUndefined()
  })
})

test('contexts are set by type: where there are some, everything is asked for', () => {
  const contextRewrites = [{ kind: 'KeyRenamer' as const, path: ['..', '... on Book', 'id'], renameKeyTo: 'c' }]
  const more = { requires: keyOf('Person', field('id')), contextRewrites }
  const plan = inTurn(
    fetchOf('{book{__typename id writer{__typename id}}}'),
    at('book.writer', fetchOf(entities('...on Person{__typename name}'), more)),
  )
  const lean = withoutKnownTypenames(plan, schema)
  expect(lean.plan).toEqual(plan)
  expect(lean.typeAt(['book'])).toBeUndefined()
})

test('a place whose name begins as that of one in doubt is in no doubt', () => {
  const rewritten = { outputRewrites: [{ kind: 'KeyRenamer' as const, path: ['a'], renameKeyTo: 'b' }] }
  const { typeAt } = leanOf(
    inTurn(
      fetchOf('{book{__typename}books{__typename}}'),
      at('book', fetchOf(entities('...on Book{id}'), { requires: [], ...rewritten })),
    ),
  )
  expect([typeAt(['book']), typeAt(['books', '@'])]).toEqual([undefined, 'Book'])
})

test('branches and conditions are looked into', () => {
  const one = fetchOf('{book{__typename id}}')
  const lean = fetchOf('{book{id}}')
  const plan = (fetch: FetchNode): PlanNode => ({
    kind: 'Parallel',
    nodes: [fetch, { kind: 'Condition', condition: 'yes', ifClause: fetch, elseClause: fetch }],
  })
  expect(withoutKnownTypenames(plan(one), schema).plan).toEqual(plan(lean))
})
