// What an interface demands for its implementers: composition 2.14 says so, older ones did not.

import { type Actor, ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql'
import { expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { createAuthorizer } from './authorize.ts'

const CONTENTS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key", { name: "@authenticated", as: "@signedIn" }, { name: "@requiresScopes", as: "@needs" }, { name: "@policy", as: "@rule" }
  ])
  type Query { nodes: [Node!]! works: [Work!]! vaults: [Vault!]! found: [Found!]! }
  interface Node { id: ID! title: String price: Int open: Int }
  interface Work implements Node { id: ID! title: String price: Int open: Int pages: Int }
  interface Vault { id: ID! }
  type Book implements Node & Work { id: ID! title: String @signedIn price: Int @needs(scopes: [["a"], ["b"]]) open: Int pages: Int }
  type Film implements Node { id: ID! title: String price: Int @needs(scopes: [["b"], ["c", "d"]]) open: Int }
  type Song implements Node & Work { id: ID! title: String @rule(policies: [["owner"]]) price: Int @needs(scopes: [["a"], ["b"], ["c"]]) open: Int pages: Int @rule(policies: [["owner"]]) }
  type Safe implements Vault @needs(scopes: [["vault"]]) { id: ID! }
  type Till implements Vault @signedIn { id: ID! }
  union Found = Safe | Book`

const COMPOSED = compose([{ name: 'only', url: 'http://only.example', typeDefs: CONTENTS }])

const MARKS = new Set(['signedIn', 'needs', 'rule'])

/** As older compositions left it: no interface is marked, nor any of its fields. */
const OLD = print(
  visit(parse(COMPOSED), {
    [Kind.INTERFACE_TYPE_DEFINITION]: (node) =>
      visit(node, { [Kind.DIRECTIVE]: ({ name }) => (MARKS.has(name.value) ? null : undefined) }),
  }),
)

const today = loadSupergraph(COMPOSED)
const old = loadSupergraph(OLD)

function refused(query: string, actor: Actor, { apiSchema, authorization } = old) {
  const document = parse(query)
  const operation = document.definitions.find((node): node is OperationDefinitionNode => 'operation' in node)
  if (operation === undefined) throw new Error('no operation')
  return createAuthorizer(apiSchema, authorization)
    .refusals(document, operation, {}, actor)
    .map(({ path, extensions }) => `${path?.join('.')} ${extensions.code}`)
}

const actorWith = (...scopes: string[]): Actor => ({ ...ANONYMOUS, kind: 'user', scopes: new Set(scopes) })

test('the supergraph under test has lost what composition carried up', () => {
  const requirements = { scopes: [[['vault']]] }
  expect(COMPOSED).toMatch(/interface Vault[^{]*@needs/)
  expect(OLD).not.toMatch(/interface Vault[^{]*@needs/)
  expect(today.authorization.type('Vault')).toEqual(requirements)
  expect(old.authorization.type('Vault')).toEqual(requirements)
})

test.each<[string, string, Actor, string[]]>([
  ['a field that one implementer marks', '{ nodes { title } }', ANONYMOUS, ['nodes.title UNAUTHENTICATED']],
  ['it, signed in', '{ nodes { title } }', actorWith(), []],
  ['a field that none marks', '{ nodes { open } }', ANONYMOUS, []],
  ['a field that one marks by a policy', '{ works { pages } }', ANONYMOUS, ['works.pages UNAUTHENTICATED']],
  ['it, which its subgraph decides', '{ works { pages } }', actorWith(), []],
  ['an interface behind another', '{ nodes { ... on Work { title } } }', ANONYMOUS, ['nodes.title UNAUTHENTICATED']],
  ['scopes of all, anonymously', '{ nodes { price } }', ANONYMOUS, ['nodes.price UNAUTHENTICATED']],
  ['the scope of one only', '{ nodes { price } }', actorWith('a'), ['nodes.price FORBIDDEN']],
  ['half an alternative', '{ nodes { price } }', actorWith('a', 'c'), ['nodes.price FORBIDDEN']],
  ['a scope that all have for one', '{ nodes { price } }', actorWith('b'), []],
  ['a scope of each', '{ nodes { price } }', actorWith('a', 'c', 'd'), []],
  ['fewer implementers', '{ works { price } }', actorWith('a'), []],
  ['an interface of marked types', '{ vaults { id } }', ANONYMOUS, ['vaults UNAUTHENTICATED']],
  ['it, signed in', '{ vaults { id } }', actorWith(), ['vaults FORBIDDEN']],
  ['it, with the scope of one', '{ vaults { id } }', actorWith('vault'), []],
  ['a union, which composition marks for none', '{ found { __typename } }', ANONYMOUS, []],
])('an old supergraph demands what today’s does: %s', (_, query, actor, expected) => {
  expect(refused(query, actor)).toEqual(expected)
  expect(refused(query, actor, today)).toEqual(expected)
})

test('who needs several scopes is told one that is missing', () => {
  const { refusals } = createAuthorizer(old.apiSchema, old.authorization)
  const document = parse('{ nodes { price } }')
  const [operation] = document.definitions.filter((node): node is OperationDefinitionNode => 'operation' in node)
  if (operation === undefined) throw new Error('no operation')
  expect(refusals(document, operation, {}, actorWith('a')).map(({ message }) => message)).toEqual([
    'This needs the scope b, or c and d.',
  ])
})

test('what composition has carried up is demanded as it stands, and nothing else', () => {
  const { type, field } = today.authorization
  expect(type('Node')).toBeUndefined()
  expect(type('Vault')).toEqual({ scopes: [[['vault']]] })
  expect(field('Node', 'title')).toEqual({ isDecidedByRow: true })
  expect(field('Node', 'price')).toEqual({ scopes: [[['b'], ['a', 'c', 'd']]] })
  expect(field('Node', 'open')).toBeUndefined()
  expect(field('Work', 'price')).toEqual({ scopes: [[['a'], ['b']]] })
})
