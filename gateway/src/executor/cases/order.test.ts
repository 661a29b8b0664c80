// Keys stand in the order in which GraphQL selects them, which is known with the variables only; graphql-js is asked.

import { buildSchema, executeSync, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import { caseGraph } from '../testing/case-graph.ts'
import { clientSelection } from '../verbatim/selections.ts'

const SDL = `
  type Query { a: Int b: Int c: Int me: User users: [User!]! node: Node }
  type User implements Node @key(fields: "id") { id: ID! name: String friend: User }
  interface Node { id: ID! }
`
const ann = { __typename: 'User', id: 'ann', name: 'Ann', friend: { id: 'bob', name: 'Bob' } }
const ROOT = { a: 1, b: 2, c: 3, me: ann, users: [ann], node: ann }
const graph = caseGraph({
  one: {
    sdl: SDL,
    resolvers: { Query: Object.fromEntries(Object.entries(ROOT).map(([name, value]) => [name, () => value])) },
  },
})
const schema = buildSchema(`directive @key(fields: String!) on OBJECT ${SDL}`)

test.each([
  ['a key that is selected again', 'a @include(if: $v) b a'],
  ['on two conditions', 'a @include(if: $v) b a @skip(if: $w) c a'],
  ['two keys in turn', 'a @include(if: $v) b @include(if: $w) b a'],
  ['in fragments', '...F @include(if: $v) c b ... @skip(if: $w) { a } a } fragment F on Query { b a }'],
  ['on conditions in conditions', '... @include(if: $v) { a @include(if: $w) b } c a b'],
  ['under an alias', 'x: a @include(if: $v) x2: b @include(if: $w) c x: a'],
  ['with selections of its own', 'me @include(if: $v) { name } a me { id name }'],
  ['in an object', 'me { id @include(if: $v) friend { name @skip(if: $w) id name } id }'],
  ['in the items of a list', 'users { name @include(if: $v) id @include(if: $w) name }'],
  [
    'of an interface',
    'node { id @include(if: $v) __typename ... on User { name } id @skip(if: $w) ... on User { id } }',
  ],
  ['that nothing moves', 'a b @include(if: $v) b @include(if: $w) c a'],
])('%s', async (_, selections) => {
  const variables = ['$v', '$w'].filter((name) => selections.includes(name)).map((name) => `${name}: Boolean!`)
  const query = `query (${variables.join(', ')}) { ${selections}${selections.includes('fragment') ? '' : ' }'}`
  for (const v of [false, true])
    for (const w of [false, true]) {
      const { data } = executeSync({ schema, document: parse(query), rootValue: ROOT, variableValues: { v, w } })
      const answer = await graph.ask(query, { v, w })
      expect(JSON.stringify(answer)).toBe(JSON.stringify({ data }))
    }
})

test.each([
  ['moves', 'query ($v: Boolean!) { a @include(if: $v) b a }', true],
  ['stays', 'query ($v: Boolean!) { a b a @include(if: $v) }', false],
])('an answer in which a key %s is taken over as text only if the order is known', (_, query, isUnsuited) => {
  const operation = getOperationAST(parse(query))
  const select = () => operation && clientSelection(schema, operation, new Map())
  if (isUnsuited) expect(select).toThrow('a condition')
  else expect(select()).toMatchObject({ fields: [{ key: 'a' }, { key: 'b' }] })
})
