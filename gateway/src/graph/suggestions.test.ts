// Where the schema is not shown, no error guesses at its names.

import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { expect, test } from 'vitest'
import { createAuthorizer } from '../authorize/authorize.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { SHOPS } from '../limits/testing/costly-shop.ts'
import { untimed } from '../telemetry/observation.ts'
import { toyCaching } from '../testing/caching.ts'
import { createAdmit } from './admit.ts'
import { createDocuments } from './documents.ts'

const supergraph = SHOPS.renamed
const { apiSchema } = supergraph
const authorizer = createAuthorizer(apiSchema, supergraph.authorization)

async function messagesOf(
  introspection: boolean,
  query: string,
  variables: Record<string, unknown>,
): Promise<string[]> {
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 1_000, introspection, phase: untimed })
  const admit = createAdmit({
    supergraph,
    authorizer,
    degradeRules: toyCaching().degradeRules,
    limits: DEFAULT_LIMITS,
    introspection,
  })
  const known = documents.find(query, undefined)
  const context = { actor: ANONYMOUS, authorization: undefined, correlationId: 'x', clientAddress: '127.0.0.1' }
  const { refusals } = await admit(known, variables, context)
  return refusals.map(({ message }) => message)
}

test.each<[string, string, string, Record<string, unknown>?]>([
  ['a field', '{ mee { id } }', '"me"'],
  ['a field of a type behind an interface', '{ node { avatar { url } } }', 'inline fragment on "User"'],
  ['the type of a fragment', '{ me { ... on Usr { id } } }', '"User"'],
  ['the type of a named fragment', '{ me { ...F } } fragment F on Usr { id }', '"User"'],
  ['the type of a variable', 'query ($f: Filtr) { find(filter: $f) { id } }', '"Filter"'],
  ['that a selection is missing', '{ me }', '"me { ... }"'],
  ['that selections are missing', '{ page { nodes } }', '"nodes { ... }"'],
  ['an argument', '{ users(frst: 1) { id } }', '"first"'],
  ['an argument of a directive', '{ me @skip(iff: true) { id } }', '"if"'],
  ['an enum value', '{ tint(colour: REDD) }', '"RED"'],
  ['an input field', '{ find(filter: { nam: "x" }) { id } }', '"name"'],
  ['an input field in a variable', 'query ($f: Filter) { find(filter: $f) { id } }', '"name"', { f: { nam: 'x' } }],
  [
    'an input field deep in a variable',
    'query ($f: Filter) { find(filter: $f) { id } }',
    '"name"',
    { f: { and: [{ nam: 'x' }] } },
  ],
  ['an enum value in a variable', 'query ($c: Colour) { tint(colour: $c) }', '"RED"', { c: 'REDD' }],
])('%s', async (_, query, guess, variables = {}) => {
  const told = (await messagesOf(true, query, variables)).join('\n')
  expect(told).toContain('Did you mean')
  expect(told).toContain(guess)
  const hidden = await messagesOf(false, query, variables)
  expect(hidden.length).toBeGreaterThan(0)
  expect(hidden.join('\n')).not.toMatch(/did you mean/i)
})
