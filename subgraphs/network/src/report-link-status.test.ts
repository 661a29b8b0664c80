import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { lined } from '@carriergraph/shared/testing/lined.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTopologyFile } from './domain/topology-file.ts'
import { published } from './events.ts'
import { importTopologies, linkIdOf } from './flow/import-topology.ts'
import { reportLinkStatus } from './flow/report-link-status.ts'
import { ADA, dataOf, type NetworkStage, OPERATOR, setNetworkStage, TESTER } from './testing/network-stage.ts'
import { link, node, topology } from './testing/topology-files.ts'

const LINKS = ['changed', 'once', 'lined', 'told', 'service', 'untouched']
const idOf = (name: string) => linkIdOf('ring', name)

let stage: NetworkStage
beforeAll(async () => {
  stage = await setNetworkStage()
  const links = LINKS.map((id) => link(id, 'a', 'b'))
  const parsed = parseTopologyFile(JSON.stringify(topology({ nodes: [node('a'), node('b')], links })))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  await importTopologies(stage.database.forTenant('demo'), parsed.topologies, TESTER)
})
afterAll(() => stage[Symbol.asyncDispose]())

const REPORT = `mutation ($linkId: ID!, $status: LinkStatus!) {
  reportLinkStatus(input: { linkId: $linkId, status: $status }) { link { id status } errors { code field } }
}`

const report = async (linkId: string, status: string, caller: Caller = OPERATOR) =>
  dataOf(await stage.ask(caller, REPORT, { linkId, status })).reportLinkStatus

async function statusOf(linkId: string): Promise<unknown> {
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Link { status } } }`
  return dataOf(await stage.ask(OPERATOR, query, { refs: [{ __typename: 'Link', id: linkId }] }))._entities[0]?.status
}

async function journalled(linkId: string) {
  const rows = await stage.database.system.execute<{ type: string; version: number; data: unknown }>(
    sql`select type, version, data from journal where aggregate_id = ${linkId} order by version`,
  )
  return [...rows]
}

describe('reportLinkStatus', () => {
  it('stores each change and journals it once', async () => {
    const id = idOf('changed')
    expect(await report(id, 'DOWN')).toEqual({ link: { id, status: 'DOWN' }, errors: [] })
    expect(await statusOf(id)).toBe('DOWN')
    expect(await report(id, 'UP')).toEqual({ link: { id, status: 'UP' }, errors: [] })
    expect(await statusOf(id)).toBe('UP')
    const events = await journalled(id)
    expect(events.map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 link.status_changed',
      '2 link.status_changed',
    ])
    expect(events.map(({ data }) => published['link.status_changed'].parse(data))).toEqual([
      { linkId: id, from: 'UP', status: 'DOWN' },
      { linkId: id, from: 'DOWN', status: 'UP' },
    ])
  })

  it('journals nothing for the status that the link has, also when many report the same at once', async () => {
    const id = idOf('once')
    expect(await report(id, 'UP')).toEqual({ link: { id, status: 'UP' }, errors: [] })
    expect(await journalled(id)).toEqual([])
    const answers = await Promise.all(Array.from({ length: 10 }, () => report(id, 'DOWN')))
    expect(answers).toEqual(Array(10).fill({ link: { id, status: 'DOWN' }, errors: [] }))
    expect(await journalled(id)).toHaveLength(1)
  })

  it('lets reports of one link wait for each other, so that each finds what the one before it left', async () => {
    const id = idOf('lined')
    const row = sql`select 1 from link where id = ${toUuid(id)}`
    const answers = await lined(stage.database, row, () => ['DOWN', 'DOWN', 'DOWN'].map((status) => report(id, status)))
    expect(answers).toEqual(Array(3).fill({ link: { id, status: 'DOWN' }, errors: [] }))
    expect(await journalled(id)).toHaveLength(1)
  })

  it('tells the journal who reported, in which request, when, and what made them do it', async () => {
    const by = { actor: 'svc:probe', correlationId: 'request-1', causationId: newId('evt') }
    const now = new Date('2026-11-21T12:34:56.789Z')
    const id = idOf('told')
    await reportLinkStatus(stage.database.forTenant('demo'), id, 'DOWN', { now, ...by })
    const [event] = await stage.database.system.execute(
      sql`select actor, correlation_id as "correlationId", causation_id as "causationId",
          (extract(epoch from occurred_at) * 1000)::float8 as "occurredAt"
        from journal where aggregate_id = ${id}`,
    )
    expect(event).toEqual({ ...by, occurredAt: now.getTime() })
  })

  it.each<[string, string, Caller, string]>([
    ['a link that there is not', newId('lnk'), OPERATOR, 'LINK_NOT_FOUND'],
    ['a link of another tenant', idOf('untouched'), { operator: true, tenant: 'rival' }, 'LINK_NOT_FOUND'],
    ['an id of another kind', newId('ste'), OPERATOR, 'INVALID_ID'],
    ['what is no id', 'zurich-basel', OPERATOR, 'INVALID_ID'],
  ])('refuses %s by its field', async (_, linkId, caller, code) => {
    expect(await report(linkId, 'DOWN', caller)).toEqual({ link: null, errors: [{ code, field: ['linkId'] }] })
    expect(await statusOf(idOf('untouched'))).toBe('UP')
    expect(await journalled(linkId)).toEqual([])
  })

  it('is for services and operators, not for customers', async () => {
    expect(await report(idOf('service'), 'DOWN', { service: 'probe' })).toMatchObject({ errors: [] })
    const variables = { linkId: idOf('untouched'), status: 'DOWN' }
    const { data, errors } = await stage.ask({ customer: ADA }, REPORT, variables)
    expect({ data, errors }).toMatchObject({
      data: { reportLinkStatus: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    })
    expect((await stage.ask(null, REPORT, variables)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ])
    expect(await statusOf(idOf('untouched'))).toBe('UP')
  })
})
