import { type Actor, ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import {
  getVariableValues,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { compose } from '../testing/library-graph.ts'
import { LIBRARY_SDL } from '../testing/library-sdl.ts'
import { createAuthorizer } from './authorize.ts'

const CONTENTS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key", { name: "@authenticated", as: "@signedIn" }, { name: "@requiresScopes", as: "@needs" }, { name: "@policy", as: "@rule" }
  ])
  type Query { open: Int closed: Int @signedIn ruled: Int @rule(policies: [["owner"]]) node(id: ID!): Node found: [Found!] secrets: [Secret!] mood: Mood both: Secret @signedIn stamp: Stamp }
  interface Node { id: ID! }
  type Page implements Node @key(fields: "id") { id: ID! text(max: Int): String note: String @needs(scopes: [["a", "b"], ["c"]]) }
  type Vault implements Node @needs(scopes: [["vault"]]) { id: ID! gold: Int }
  union Found = Page | Vault
  type Secret @signedIn { word: String }
  enum Mood @signedIn { GOOD BAD }
  scalar Stamp @needs(scopes: [["stamps"]])
  type Mutation { burn: Int @needs(scopes: [["fire"]]) douse: Int @needs(scopes: ["water", ["a", "b"]]) }
  type Subscription { smoke: Int @signedIn }`

const graph = loadSupergraph(compose([{ name: 'only', url: 'http://only.example', typeDefs: CONTENTS }]))

const actorWith = (...scopes: string[]): Actor => ({ ...ANONYMOUS, kind: 'user', scopes: new Set(scopes) })

function refusals(query: string, actor: Actor, variables: Record<string, unknown> = {}, supergraph = graph) {
  const document = parse(query)
  expect(validate(supergraph.apiSchema, document)).toEqual([])
  const operation = document.definitions.find((node): node is OperationDefinitionNode => 'operation' in node)
  if (operation === undefined) throw new Error('no operation')
  const { coerced = {} } = getVariableValues(supergraph.apiSchema, operation.variableDefinitions ?? [], variables)
  return createAuthorizer(supergraph.apiSchema, supergraph.authorization)
    .refusals(document, operation, coerced, actor)
    .map(({ path, extensions }) => [path?.join('.'), extensions.code])
}

const UNAUTHENTICATED = 'UNAUTHENTICATED'
const FORBIDDEN = 'FORBIDDEN'

test.each<[string, string, Actor, (readonly [string, string])[]]>([
  ['an open field', '{ open }', ANONYMOUS, []],
  ['what describes itself', '{ __typename __schema { queryType { name } } }', ANONYMOUS, []],
  ['a marked field, anonymously', '{ closed }', ANONYMOUS, [['closed', UNAUTHENTICATED]]],
  ['a marked field, signed in', '{ closed }', actorWith(), []],
  ['a marked field under an alias', '{ open: closed }', ANONYMOUS, [['open', UNAUTHENTICATED]]],
  ['a field under a policy, anonymously', '{ ruled }', ANONYMOUS, [['ruled', UNAUTHENTICATED]]],
  ['a field under a policy, which the subgraph decides', '{ ruled }', actorWith(), []],
  ['one alternative of scopes, whole', '{ found { ... on Page { note } } }', actorWith('a', 'b'), []],
  ['the other alternative of scopes', '{ found { ... on Page { note } } }', actorWith('c'), []],
  ['half an alternative of scopes', '{ found { ... on Page { note } } }', actorWith('a'), [['found.note', FORBIDDEN]]],
  ['a field of a marked type', '{ secrets { __typename } }', ANONYMOUS, [['secrets', UNAUTHENTICATED]]],
  ['a field of a marked enum', '{ mood }', ANONYMOUS, [['mood', UNAUTHENTICATED]]],
  ['a field of a marked scalar', '{ stamp }', actorWith('other'), [['stamp', FORBIDDEN]]],
  ['a fragment on a marked type', '{ found { ... on Vault { gold } } }', actorWith(), [['found', FORBIDDEN]]],
  ['an open member of a union', '{ found { ... on Page { text } } }', ANONYMOUS, []],
  ['an interface with a marked implementation', '{ node(id: 1) { id } }', ANONYMOUS, [['node', UNAUTHENTICATED]]],
  ['a marked mutation', 'mutation { burn }', actorWith('water'), [['burn', FORBIDDEN]]],
  ['a scope that is written without its list', 'mutation { douse }', actorWith('water'), []],
  ['another in its own', 'mutation { douse }', actorWith('a', 'b'), []],
  ['and without either', 'mutation { douse }', actorWith('a'), [['douse', FORBIDDEN]]],
  ['a marked subscription', 'subscription { smoke }', ANONYMOUS, [['smoke', UNAUTHENTICATED]]],
  [
    'a marked field in nested fragments',
    '{ found { ...Outer } } fragment Outer on Found { ...Inner } fragment Inner on Page { n: note }',
    ANONYMOUS,
    [['found.n', UNAUTHENTICATED]],
  ],
  [
    'two places',
    '{ a: closed b: closed }',
    ANONYMOUS,
    [
      ['a', UNAUTHENTICATED],
      ['b', UNAUTHENTICATED],
    ],
  ],
])('reading %s', (_, query, actor, expected) => {
  expect(refusals(query, actor)).toEqual(expected)
})

describe('a marked field behind a condition', () => {
  const query = `query ($in: Boolean = false, $out: Boolean!) { ... @include(if: $in) { closed @skip(if: $out) } }`
  test.each([
    [{ out: false }, []],
    [{ in: true, out: true }, []],
    [{ in: true, out: false }, [['closed', UNAUTHENTICATED]]],
  ])('is refused only when it is read: %o', (variables, expected) => {
    expect(refusals(query, ANONYMOUS, variables)).toEqual(expected)
  })

  test('counts literal conditions', () => {
    expect(refusals('{ open closed @include(if: false) }', ANONYMOUS)).toEqual([])
    expect(refusals('{ closed @skip(if: false) }', ANONYMOUS)).toEqual([['closed', UNAUTHENTICATED]])
  })
})

test('an operation with marked fields without end is refused with ten errors', () => {
  const query = `{ ${Array.from({ length: 50 }, (_, index) => `a${index}: closed`).join(' ')} }`
  expect(refusals(query, ANONYMOUS)).toHaveLength(10)
})

test('every marked field of the library is denied to an anonymous caller, under renamed imports as well', () => {
  const library = loadSupergraph(LIBRARY_SDL)
  const marked: string[] = []
  for (const type of Object.values(library.apiSchema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const name of Object.keys(type.getFields()))
      if (library.authorization.field(type.name, name) !== undefined) marked.push(`${type.name}.${name}`)
  }
  expect(marked.sort()).toEqual([
    'Book.condition',
    'Book.cost',
    'Book.lender',
    'Book.rawScore',
    'Subscription.staffBell',
  ])
  for (const field of ['condition', 'cost', 'lender', 'rawScore'])
    expect(refusals(`{ book(id: "b1") { ${field} } }`, ANONYMOUS, {}, library)).toEqual([
      [`book.${field}`, UNAUTHENTICATED],
    ])
  expect(refusals('{ loans { open } }', ANONYMOUS, {}, library)).toEqual([['loans', UNAUTHENTICATED]])
})
