import type { FetchNode } from '@apollo/query-planner'
import fc from 'fast-check'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { compileEntityMerge } from './entity-merge.ts'
import { createMerging, type ResponseObject } from './response-object.ts'
import { fetchOf } from './testing/plan-nodes.ts'

const schema = buildSchema(`
  scalar Any
  enum Mood { GOOD BAD }
  interface Named { name: String }
  type Query { named: Named }
  type Person implements Named {
    name: String age: Int! mood: Mood any: Any friend: Person friends: [Person] words: [String] constructor: String
  }
`)

const entities = (selection: string, more: Partial<FetchNode> = {}): FetchNode =>
  fetchOf(`query($r:[_Any!]!$a:Boolean!){_entities(representations:$r){${selection}}}`, { requires: [], ...more })

const name = fc.constantFrom<unknown[]>(null, 'Ada', 'Grace')
const person = fc.letrec<{ person: ResponseObject }>((tie) => ({
  person: fc.record(
    {
      name,
      is: name,
      constructor: name,
      age: fc.constantFrom<unknown[]>(null, 36, 85),
      mood: fc.constantFrom<unknown[]>(null, 'GOOD', 'BAD'),
      any: fc.constantFrom<unknown[]>(null, 1, { a: 1 }, { b: { c: 2 } }, { b: { d: 3 } }, [1, 2]),
      words: fc.constantFrom<unknown[]>(null, ['a'], ['b'], ['a', 'b']),
      friend: fc.option(tie('person'), { maxDepth: 2 }),
      friends: fc.option(fc.array(fc.option(tie('person')), { maxLength: 2 }), { maxDepth: 2 }),
    },
    { requiredKeys: [] },
  ),
})).person

const FIELDS = [
  'name',
  'is:name',
  'constructor',
  'age',
  'mood@include(if:$a)',
  'any',
  'words',
  'friend{name}',
  'friends{age}',
]
const keyOf = (field: string): string => /^\w+/.exec(field)?.[0] ?? ''

test.each([false, true])('says what the merge of any object says, copying: %s', (isCopying) => {
  const merging = createMerging(schema, isCopying)
  fc.assert(
    fc.property(
      person,
      person,
      fc.subarray(FIELDS, { minLength: 1 }),
      fc.constantFrom('Person', 'Named'),
      (target, from, all, type) => {
        const fields = type === 'Named' ? all.filter((field) => field.endsWith('name')) : all
        fc.pre(fields.length > 0)
        const merge = compileEntityMerge(entities(`...on ${type}{${fields.join(' ')}}`), schema, merging)
        expect(merge).not.toBe(merging.object)
        const source = Object.fromEntries(Object.entries(from).filter(([key]) => fields.map(keyOf).includes(key)))
        const [ours, theirs] = [structuredClone(target), structuredClone(target)]
        merge(ours, structuredClone(source))
        merging.object(theirs, structuredClone(source))
        expect(ours).toEqual(theirs)
      },
    ),
    { numRuns: 500 },
  )
})

test('what was merged into several objects is in none of them the same object where it must not be', () => {
  for (const isCopying of [false, true]) {
    const merge = compileEntityMerge(entities('...on Person{friend{name}}'), schema, createMerging(schema, isCopying))
    const friend = { name: 'Ada' }
    const target: ResponseObject = {}
    merge(target, { friend })
    expect(target).toEqual({ friend })
    expect(target.friend === friend).toBe(!isCopying)
  }
})

test.each<[string, FetchNode]>([
  ['more than one type', entities('...on Person{name}...on Named{name}')],
  ['a type within a type', entities('...on Named{...on Person{name}}')],
  ['the name of a type', entities('...on Person{__typename name}')],
  ['a key that would be a prototype', entities('...on Person{__proto__:name}')],
  [
    'keys that are renamed',
    entities('...on Person{name}', { outputRewrites: [{ kind: 'KeyRenamer', path: ['name'], renameKeyTo: 'n' }] }),
  ],
  ['a type that the supergraph does not know', entities('...on Unheard{name}')],
])('%s is merged by the keys that came', (_, fetch) => {
  const merging = createMerging(schema)
  expect(compileEntityMerge(fetch, schema, merging)).toBe(merging.object)
})
