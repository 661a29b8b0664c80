// Reading users: the list, its pages and filters, and users as other subgraphs refer to them.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { after, dataOf, demoUser, OPERATOR, type RiskStage, START, setRiskStage } from './testing/risk-stage.ts'

const PEOPLE = ['ada', 'bruno', 'chen', 'dana', 'elif', 'olga'].map(demoUser)

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

const data = async (query: string, variables: Record<string, unknown> = {}, caller: Caller = OPERATOR) =>
  dataOf(await stage.ask(caller, query, variables))

const idsOf = (users: { nodes: { id: string }[] }) => users.nodes.map(({ id }) => id)

describe('users', () => {
  const USERS = `query ($first: Int, $after: Cursor, $filter: UserFilter) {
    users(first: $first, after: $after, filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } }
  }`

  it('come newest first, page by page, each once', async () => {
    const newest: string[] = []
    for (const second of [3, 1, 2]) {
      stage.clock.set(after(second * 1_000))
      newest[3 - second] = (await stage.register()).user.id
    }
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const { users }: Awaited<ReturnType<typeof data>> = await data(USERS, { first: 2, after: cursor })
      ids.push(...idsOf(users))
      cursor = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null
    } while (cursor !== null)
    expect(ids.slice(0, 3)).toEqual(newest)
    expect(ids.slice(3).toSorted()).toEqual(PEOPLE.toSorted())
  })

  it('can be filtered by status and role', async () => {
    const rejected = await data(USERS, { first: 100, filter: { kycStatus: 'REJECTED', role: 'CUSTOMER' } })
    expect(idsOf(rejected.users)).toEqual([demoUser('elif')])
    const operators = await data(USERS, { first: 100, filter: { role: 'OPERATOR' } })
    expect(idsOf(operators.users)).toEqual([demoUser('olga')])
  })

  it.each([
    ['a page of nothing', { first: 0 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a page of more than a hundred', { first: 101 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a cursor of its own making', { after: 'here' }, 'INVALID_CURSOR'],
  ])('refuse %s by name', async (_, args, code) => {
    expect((await stage.ask(OPERATOR, USERS, args)).errors).toMatchObject([{ extensions: { code } }])
  })

  it('see themselves', async () => {
    expect(await data('{ me { displayName } }', {}, { customer: demoUser('ada') })).toEqual({
      me: { displayName: 'Ada Okafor' },
    })
    expect(await data('{ me { displayName } }', {}, { service: 'payments' })).toEqual({ me: null })
  })

  it('of another tenant are not there', async () => {
    const query = `{ users { nodes { id } } user(id: "${demoUser('ada')}") { id } }`
    expect(await data(query, {}, { operator: true, tenant: 'other' })).toEqual({ users: { nodes: [] }, user: null })
  })

  it('are found by the references of other subgraphs, all in one statement', async () => {
    const query = 'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { id displayName } } }'
    const refs = PEOPLE.map((id) => ({ __typename: 'User', id }))
    const { _entities: found } = await data(query, { refs })
    expect(found[1]).toEqual({ id: demoUser('bruno'), displayName: 'Bruno Keller' })
    expect(found.map(({ id }: { id: string }) => id)).toEqual(PEOPLE)
    expect(await countStatements([stage.database.url], () => data(query, { refs }))).toBe(1)
  })

  it('who were never registered are not found by a reference, and cost nobody else', async () => {
    const query = 'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { displayName } } }'
    const refs = [newId('usr'), demoUser('ada')].map((id) => ({ __typename: 'User', id }))
    expect(await stage.ask(OPERATOR, query, { refs })).toMatchObject({
      data: { _entities: [null, { displayName: 'Ada Okafor' }] },
      errors: [{ path: ['_entities', 0], extensions: { code: 'USER_NOT_FOUND' } }],
    })
  })
})
