import { expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { ToyJournal } from '../testing/journal.ts'
import { compose } from '../testing/library-graph.ts'
import { LIBRARY_SDL } from '../testing/library-sdl.ts'
import { booksForOperators } from '../testing/operators.ts'
import { claimsDependedOn, type EventDependence } from './event-dependence.ts'

const composed = (directive: string, edit = (typeDefs: string) => typeDefs): string => {
  const { typeDefs } = booksForOperators(new ToyJournal(), directive)
  return compose([{ name: 'books', url: 'http://books.example/', typeDefs: edit(typeDefs) }])
}

test('what a subscription field declares is read, and clients do not see it', () => {
  const { eventDependences, apiSchema } = loadSupergraph(
    composed('@eventsDependOn(claims: ["tenant", "scope"], whereClaim: "roles", has: "operator")'),
  )
  expect(eventDependences('bookLent')).toEqual({
    claims: ['tenant', 'scope'],
    condition: { claim: 'roles', value: 'operator' },
  })
  expect(eventDependences('bell')).toBeUndefined()
  expect(apiSchema.getDirective('eventsDependOn')).toBeUndefined()
})

test('the directive is known by its spec, whatever it is called', () => {
  const renamed = composed('@dependsOn(claims: ["tenant"])', (typeDefs) =>
    typeDefs
      .replace('["@eventsDependOn"]', '[{ name: "@eventsDependOn", as: "@dependsOn" }]')
      .replace('(name: "@eventsDependOn")', '(name: "@dependsOn")')
      .replace('directive @eventsDependOn', 'directive @dependsOn'),
  )
  expect(loadSupergraph(renamed).eventDependences('bookLent')).toEqual({ claims: ['tenant'], condition: undefined })
  expect(loadSupergraph(LIBRARY_SDL).eventDependences('bookLent')).toBeUndefined()
})

test.each([
  ['claims that no token has', '@eventsDependOn(claims: ["tenant", "colour"])'],
  ['claims about the token', '@eventsDependOn(claims: ["exp"])'],
  ['no claim', '@eventsDependOn(claims: [])'],
  ['a condition on a claim that no token has', '@eventsDependOn(claims: ["tenant"], whereClaim: "colour", has: "red")'],
  ['half a condition', '@eventsDependOn(claims: ["tenant"], whereClaim: "roles")'],
  ['the other half', '@eventsDependOn(claims: ["tenant"], has: "operator")'],
])('a supergraph is refused that names %s, with the place', (_, directive) => {
  expect(() => loadSupergraph(composed(directive))).toThrow(/@eventsDependOn on Subscription\.bookLent: /)
})

test('a supergraph is refused that declares it of what has no events', () => {
  const elsewhere = composed('', (typeDefs) =>
    typeDefs.replace('book(id: ID!): Book', 'book(id: ID!): Book @eventsDependOn(claims: ["tenant"])'),
  )
  expect(() => loadSupergraph(elsewhere)).toThrow('@eventsDependOn on Query.book: only fields of the subscription type')
})

const where = (claim: string): EventDependence => ({ claims: ['tenant'], condition: { claim, value: 'operator' } })
const identity = {
  sub: 'ann',
  tenant: 'acme',
  roles: ['customer', 'operator'],
  scope: 'read operator',
  kind: 'operator',
}

test.each<[string, EventDependence, unknown, unknown]>([
  ['all who have them', { claims: ['tenant', 'org'], condition: undefined }, identity, { tenant: 'acme' }],
  ['those who have a value among others', where('roles'), identity, { tenant: 'acme' }],
  ['those who have it in a text', where('scope'), identity, { tenant: 'acme' }],
  ['those who have it alone', where('kind'), identity, { tenant: 'acme' }],
  ['nobody who has another', where('tenant'), identity, undefined],
  ['nobody who has none', where('org'), identity, undefined],
  ['nobody who is not signed in', { claims: ['tenant'], condition: undefined }, undefined, undefined],
])('claims are enough for %s', (_, dependence, claims, expected) => {
  expect(claimsDependedOn(dependence, claims)).toEqual(expected)
})
