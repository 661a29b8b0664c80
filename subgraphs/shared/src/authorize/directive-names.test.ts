import { describe, expect, test } from 'vitest'
import { ANONYMOUS } from '../auth/actor.ts'
import { StartupFault } from '../startup-fault.ts'
import { ask, guarded, LINK, link } from './guarded-schema.fixture.ts'

describe('directive names', () => {
  const SDL = (name: string) => `type Query { a: Int @${name} }`
  const KEY = link('"@key"')

  test.each([
    ['renamed by the import', 'auth', link('{ name: "@authenticated", as: "@auth" }')],
    ['imported as an object without a new name', 'authenticated', link('{ name: "@authenticated" }')],
    ['not imported and namespaced', 'federation__authenticated', KEY],
    [
      'on a schema definition instead of an extension',
      'authenticated',
      `${LINK.replace('extend ', '')} { query: Query }`,
    ],
  ])('are followed when %s', async (_case, name, header) => {
    const schema = guarded(SDL(name), { Query: { a: () => 1 } }, header)
    expect(await ask(schema, ANONYMOUS, '{ a }')).toEqual({ data: { a: null }, errors: ['a: UNAUTHENTICATED'] })
  })

  test('that two directives took from one another are refused rather than mixed up', async () => {
    const header = link('{ name: "@requiresScopes", as: "@policy" }', '{ name: "@policy", as: "@requiresScopes" }')
    expect(() => guarded('type Query { a: Int @policy(scopes: [["x"]]) }', {}, header)).toThrow(StartupFault)
  })
})
