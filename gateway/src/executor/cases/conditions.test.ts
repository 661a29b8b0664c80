import { describe, expect, test } from 'vitest'
import { caseGraph, testAnswers } from '../testing/case-graph.ts'

const graph = caseGraph({
  a: {
    sdl: `
      type Query { item: Item! items: [Node!]! }
      interface Node { id: ID! }
      type Item implements Node @key(fields: "id") { id: ID! name: String base: Int }
    `,
    resolvers: { Query: { item: () => ITEM, items: () => [{ __typename: 'Item', ...ITEM }] } },
  },
  b: {
    sdl: `
      type Query { other: Int }
      type Item @key(fields: "id") {
        id: ID! base: Int @external stock(at: String): Int derived: Int @requires(fields: "base") nested: Nested
      }
      type Nested { one: Int two: Int }
    `,
    resolvers: {
      Query: { other: () => 2 },
      Item: {
        stock: (_: unknown, { at }: { at?: string }) => (at === undefined ? 5 : at.length),
        derived: ({ base }: { base: number }) => base + 1,
        nested: () => ({ one: 1, two: 2 }),
      },
    },
  },
})
const ITEM = { id: '1', name: 'Lamp', base: 41 }

describe('@skip and @include', () => {
  const both = 'query ($yes: Boolean!, $no: Boolean! = false)'
  const given = { yes: true }
  const yes = 'query ($yes: Boolean!)'

  testAnswers(graph, [
    [
      'of one field, by variables and by literals',
      `${both} { item { a: name @include(if: $yes) b: name @skip(if: $yes) c: name @include(if: $no) d: name @skip(if: $no) e: name @skip(if: true) f: name @include(if: true) } }`,
      { data: { item: { a: 'Lamp', d: 'Lamp', f: 'Lamp' } } },
      given,
    ],
    [
      'together leave a field only where both do',
      `${both} { item { a: name @include(if: $yes) @skip(if: $yes) b: name @include(if: $yes) @skip(if: $no) c: stock @skip(if: $no) @include(if: $no) } }`,
      { data: { item: { b: 'Lamp' } } },
      given,
    ],
    [
      'of the same field twice leave it where either does',
      `${both} { item { stock @include(if: $no) stock @include(if: $yes) name @skip(if: $yes) name @skip(if: true) } }`,
      { data: { item: { stock: 5 } } },
      given,
    ],
    [
      'of the same object twice merge what remains',
      `${both} { item { nested @include(if: $yes) { one } nested @include(if: $no) { two } nested { two @skip(if: $yes) } } }`,
      { data: { item: { nested: { one: 1 } } } },
      given,
    ],
    [
      'of fragments of every kind, nested',
      `${both} {
        item { ... @include(if: $yes) { ...F @skip(if: $no) } ... on Item @skip(if: $yes) { derived } ...G @include(if: $no) }
        ... on Query @include(if: $yes) { other ... @skip(if: $yes) { hidden: other } }
      }
      fragment F on Item { stock ... on Node @include(if: $yes) { id } }
      fragment G on Item { name }`,
      { data: { item: { stock: 5, id: '1' }, other: 2 } },
      given,
    ],
    [
      'of a key, which is asked for all the same',
      `${yes} { item { id @skip(if: $yes) stock } }`,
      { data: { item: { stock: 5 } } },
      given,
    ],
    [
      'of a required field, which is asked for all the same',
      'query ($no: Boolean!) { item { base @include(if: $no) derived } }',
      { data: { item: { derived: 42 } } },
      { no: false },
    ],
    [
      'of everything leave an empty object',
      `${both} { item { stock @skip(if: $yes) ... @include(if: $no) { name } } items { ... on Item @skip(if: $yes) { id } } }`,
      { data: { item: {}, items: [{}] } },
      given,
    ],
    [
      'of a field that requires another cost its neighbours nothing',
      'query ($no: Boolean!) { item { stock ... on Item @include(if: $no) { derived } nested { one } } }',
      { data: { item: { stock: 5, nested: { one: 1 } } } },
      { no: false },
    ],
    [
      'of an object and of all that is in it leave an empty object',
      `${both} { item @include(if: $yes) { name @include(if: $no) } items @include(if: $yes) { id @skip(if: $yes) } }`,
      { data: { item: {}, items: [{}] } },
      given,
    ],
    [
      'that exclude one another leave nothing',
      `${yes} { ... @skip(if: $yes) { other @include(if: $yes) } item @include(if: $yes) { ... @skip(if: $yes) { id @include(if: $yes) } } }`,
      { data: { item: {} } },
      given,
    ],
    [
      'of everything at the root leave nothing',
      `${both} { item @skip(if: $yes) { id } __typename @include(if: $no) }`,
      { data: {} },
      given,
    ],
    [
      'of __typename, under its name and another',
      `${yes} { __typename @skip(if: $yes) t: __typename @include(if: $yes) item { __typename @include(if: $yes) t: __typename @skip(if: $yes) } }`,
      { data: { t: 'Query', item: { __typename: 'Item' } } },
      given,
    ],
    [
      'by a default',
      'query ($a: Boolean! = true, $b: Boolean = false) { item { name @include(if: $a) base @include(if: $b) } }',
      { data: { item: { name: 'Lamp' } } },
    ],
  ])

  test.each([
    ['its field', '{ item { id stock @include(if: $yes) } }'],
    ['its fragment', '{ item { id ... @include(if: $yes) { stock derived } } }'],
    ['the object above', '{ other @skip(if: true) item { id ... on Item @include(if: $yes) { nested { one } } } }'],
  ])('no subgraph is asked in vain for an entity where %s is left out', async (_, selection) => {
    await graph.ask(`query ($yes: Boolean!) ${selection}`, { yes: false })
    expect(graph.calls.map(({ subgraph }) => subgraph)).toEqual(['a'])
  })
})

describe('what is required of one object by fields on different conditions', () => {
  const said = (value: unknown) => JSON.stringify(value)
  const THING = {
    spec: { code: 'M', size: { mm: 8 }, note: 'n' },
    dims: { h: 1, w: 2, unit: { name: 'cm' } },
    parts: [{ a: 1, b: 2 }],
    grade: 'A',
  }
  type Thing = typeof THING
  const things = caseGraph({
    p: {
      sdl: `
        type Query { things: [Thing!]! }
        type Thing @key(fields: "spec { code size { mm } }") { spec: Spec! dims: Dims parts: [Part!] grade: String }
        type Spec { code: String! size: Size! note: String }
        type Size { mm: Int! }
        type Dims { h: Int w: Int unit: Unit }
        type Unit { name: String }
        type Part { a: Int b: Int }
      `,
      resolvers: { Query: { things: () => [THING] }, Thing: { __resolveReference: () => THING } },
    },
    r: {
      sdl: `
        type Thing @key(fields: "spec { code size { mm } }") {
          spec: Spec! dims: Dims @external parts: [Part!] @external grade: String @external
          cost: String @requires(fields: "dims { h w }")
          unitOf: String @requires(fields: "dims { unit { name } } grade")
          sum: String @requires(fields: "parts { a }")
          rest: String @requires(fields: "parts { b } spec { note }")
        }
        type Spec { code: String! size: Size! note: String @external }
        type Size { mm: Int! }
        type Dims @external { h: Int w: Int unit: Unit }
        type Unit @external { name: String }
        type Part @external { a: Int b: Int }
      `,
      resolvers: {
        Thing: {
          cost: ({ dims }: Thing) => said(dims),
          unitOf: ({ dims, grade }: Thing) => said([dims, grade]),
          sum: ({ parts }: Thing) => said(parts),
          rest: ({ parts, spec }: Thing) => said([parts, spec]),
        },
      },
    },
  })
  const COST = said({ h: 1, w: 2 })
  const UNIT_OF = said([{ unit: { name: 'cm' } }, 'A'])
  const SUM = said([{ a: 1 }])
  const REST = said([[{ b: 2 }], { code: 'M', size: { mm: 8 }, note: 'n' }])
  const each = (thing: object) => ({ data: { things: [thing] } })
  const of = (selection: string) => `query ($on: Boolean!) { things { ${selection} } }`

  testAnswers(things, [
    ['is whole for one without the other', of('cost unitOf @include(if: $on)'), each({ cost: COST }), { on: false }],
    ['is whole for both', of('cost unitOf @include(if: $on)'), each({ cost: COST, unitOf: UNIT_OF }), { on: true }],
    [
      'is whole for the one that is not skipped',
      of('... @skip(if: $on) { v: cost } ... on Thing { unitOf @include(if: $on) }'),
      each({ unitOf: UNIT_OF }),
      { on: true },
    ],
    ['is whole in lists and keys', of('sum rest @include(if: $on)'), each({ sum: SUM }), { on: false }],
    [
      'is whole in lists and keys for both',
      of('rest sum @include(if: $on)'),
      each({ rest: REST, sum: SUM }),
      { on: true },
    ],
    [
      'leaves keys whole where only a part of them is selected',
      of('spec { note } rest @include(if: $on) sum @skip(if: $on)'),
      each({ spec: { note: 'n' }, sum: SUM }),
      { on: false },
    ],
  ])
})
