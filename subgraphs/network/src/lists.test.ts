// Pages, filters, bad arguments, who sees what, and what a query costs.

import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Caller, TestAnswer } from '@carriergraph/shared/testing/running-subgraph.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTopologyFile } from './domain/topology-file.ts'
import { importTopologies, linkIdOf, siteIdOf } from './flow/import-topology.ts'
import { dataOf, latencies, type NetworkStage, OPERATOR, setNetworkStage, TESTER } from './testing/network-stage.ts'
import { link, node, topology } from './testing/topology-files.ts'

const RIVAL = { operator: true, tenant: 'rival' } as const
const SITES = 10

type Ordered = { readonly owner: Id<'usr'>; readonly slice: Id<'slc'> }

let stage: NetworkStage
/** Fifty customers with a slice each. Every slice has a violation that closed and one that is open, each MINOR. */
let orders: Ordered[]
/** One more slice, of the first of them, with one open violation that is CRITICAL. */
let critical: Id<'slc'>
beforeAll(async () => {
  stage = await setNetworkStage()
  orders = await Promise.all(Array.from({ length: 50 }, order))
  critical = await stage.slice({ ownerId: at(0).owner })
  await stage.record(critical, latencies([50, 50, 50]))
  // Each site has links to the next two: four links at every site, and some of them are of equal length.
  const nodes = Array.from({ length: SITES }, (_, n) => node(`${n}`, { name: n < 3 ? 'Same name' : `Site ${n}` }))
  const links = nodes.flatMap((_, n) =>
    [1, 2].map((step) => link(`${n}+${step}`, `${n}`, `${(n + step) % SITES}`, { km: 10 * step })),
  )
  const parsed = parseTopologyFile(JSON.stringify(topology({ nodes, links })))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  await importTopologies(stage.database.forTenant('demo'), parsed.topologies, TESTER)
})
afterAll(() => stage[Symbol.asyncDispose]())

async function order(): Promise<Ordered> {
  const owner = newId('usr')
  const slice = await stage.slice({ ownerId: owner })
  await stage.record(slice, latencies([11, 11, 11, 1, 1, 1, 1, 1, 11, 11, 11]))
  return { owner, slice }
}

function at(index: number): Ordered {
  const ordered = orders[index]
  if (ordered === undefined) throw new RangeError(`There are ${orders.length} orders.`)
  return ordered
}

const site = (n: number): Id<'ste'> => siteIdOf('ring', `${n}`)
const codesOf = ({ errors }: TestAnswer): unknown[] | undefined => errors?.map(({ extensions }) => extensions.code)
const data = async (query: string, variables: Record<string, unknown> = {}, caller: Caller = OPERATOR) =>
  dataOf(await stage.ask(caller, query, variables))

type Node = { readonly id: string } & Readonly<Record<string, unknown>>
type Page = {
  readonly nodes: readonly Node[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
}

/** All nodes of a list of Query, page by page. */
async function everyPage(field: string, first: number, fields = 'id', caller: Caller = OPERATOR): Promise<Node[]> {
  const query = `query ($first: Int, $after: Cursor) { ${field}(first: $first, after: $after) {
    nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`
  const nodes: Node[] = []
  for (let after: string | null = null; ; ) {
    const page: Page = (await data(query, { first, after }, caller))[field]
    expect(page.nodes.length).toBeLessThanOrEqual(first)
    nodes.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) return nodes
    after = page.pageInfo.endCursor
  }
}

const idsOf = (nodes: readonly Node[]): string[] => nodes.map(({ id }) => id)

describe('pages', () => {
  it.each([1, 3, 10, 100])('of %i sites hold every site once, by name, also where names are equal', async (first) => {
    const nodes = await everyPage('sites', first, 'id name')
    expect(idsOf(nodes).toSorted()).toEqual(Array.from({ length: SITES }, (_, n) => site(n)).toSorted())
    const names = nodes.map(({ name }) => String(name))
    expect(names).toEqual(names.toSorted())
  })

  it('of slices hold every slice once, also those of one instant', async () => {
    const ids = idsOf(await everyPage('slices', 7))
    expect(ids.toSorted()).toEqual([...orders.map(({ slice }) => slice), critical].toSorted())
    expect(ids).toEqual(idsOf(await everyPage('slices', 100)))
  })

  it('of violations hold every violation once, newest first, also those of one instant', async () => {
    const nodes = await everyPage('slaViolations', 9, 'id openedAt')
    expect(new Set(idsOf(nodes)).size).toBe(101)
    expect(nodes).toHaveLength(101)
    const times = nodes.map(({ openedAt }) => String(openedAt))
    expect(times).toEqual(times.toSorted().toReversed())
  })

  it('of samples and violations of one slice come newest first', async () => {
    const query = `query ($id: ID!, $after: Cursor) { slice(id: $id) {
      kpiSamples(first: 8, after: $after) { nodes { observedAt latencyMs } pageInfo { hasNextPage endCursor } }
      violations(first: 5) { nodes { openedAt } } } }`
    const { slice } = await data(query, { id: at(0).slice })
    const rest = (await data(query, { id: at(0).slice, after: slice.kpiSamples.pageInfo.endCursor })).slice.kpiSamples
    const values = [...slice.kpiSamples.nodes, ...rest.nodes].map(({ latencyMs }) => latencyMs)
    expect(values).toEqual([11, 11, 11, 1, 1, 1, 1, 1, 11, 11, 11])
    const times = [...slice.kpiSamples.nodes, ...rest.nodes].map(({ observedAt }) => observedAt)
    expect(times).toEqual(times.toSorted().toReversed())
    expect([slice.kpiSamples.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false])
    const [newest, oldest] = slice.violations.nodes
    expect(newest.openedAt > oldest.openedAt).toBe(true)
  })

  it.each([
    ['{ sites(first: 101) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ slices(first: 0) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ slaViolations(first: -1) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ sites(first: 1) { nodes { links(first: 101) { nodes { id } } } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ sites(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
    ['{ slices(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
    ['{ slaViolations(after: "") { nodes { id } } }', 'INVALID_CURSOR'],
    ['{ slaViolations(filter: { sliceId: "slc_1" }) { nodes { id } } }', 'INVALID_ID'],
    [`{ slaViolations(filter: { sliceId: "${newId('vio')}" }) { nodes { id } } }`, 'INVALID_ID'],
    ['{ site(id: "zurich") { id } }', 'INVALID_ID'],
    [`{ slice(id: "${newId('ste')}") { id } }`, 'INVALID_ID'],
  ])('%s is refused with %s', async (query, code) => {
    expect(codesOf(await stage.ask(OPERATOR, query))).toEqual([code])
  })

  it('do not begin at the cursor of another list', async () => {
    const { sites } = await data('{ sites(first: 1) { pageInfo { endCursor } } }')
    const query = 'query ($after: Cursor) { slices(after: $after) { nodes { id } } }'
    expect(codesOf(await stage.ask(OPERATOR, query, { after: sites.pageInfo.endCursor }))).toEqual(['INVALID_CURSOR'])
  })
})

describe('slaViolations', () => {
  const QUERY = `query ($filter: SlaViolationFilter) { slaViolations(first: 100, filter: $filter) {
    nodes { id severity closedAt slice { id } } } }`
  const filtered = async (filter: Record<string, unknown>, caller: Caller = OPERATOR) =>
    (await data(QUERY, { filter }, caller)).slaViolations.nodes

  it('are those that are open, or those that have closed', async () => {
    const [open, closed] = [await filtered({ open: true }), await filtered({ open: false })]
    expect([open.length, closed.length]).toEqual([51, 50])
    expect(open.filter(({ closedAt }: Node) => closedAt !== null)).toEqual([])
    expect(closed.filter(({ closedAt }: Node) => closedAt === null)).toEqual([])
  })

  it('are those of one slice, and none of a slice that there is not', async () => {
    const { slice } = at(7)
    expect(await filtered({ sliceId: slice })).toMatchObject([{ slice: { id: slice } }, { slice: { id: slice } }])
    expect(await filtered({ sliceId: newId('slc') })).toEqual([])
  })

  it.each([
    ['MINOR', 3],
    ['MAJOR', 1],
    ['CRITICAL', 1],
  ])('are those of at least %s', async (minSeverity, count) => {
    expect(await filtered({ minSeverity }, { customer: at(0).owner })).toHaveLength(count)
  })

  it('fit all that is asked of them', async () => {
    expect(await filtered({ sliceId: critical, open: true, minSeverity: 'CRITICAL' })).toHaveLength(1)
    expect(await filtered({ sliceId: critical, open: false, minSeverity: 'CRITICAL' })).toEqual([])
    expect(await filtered({ sliceId: at(0).slice, minSeverity: 'CRITICAL' })).toEqual([])
  })
})

describe('a link', () => {
  it('stands in the lists of both of its sites, with its ends the same way round', async () => {
    const query = `query ($id: ID!) { site(id: $id) { links { nodes { id lengthKm aEnd { id } zEnd { id } } } } }`
    const linksOf = async (n: number) => (await data(query, { id: site(n) })).site.links.nodes
    const wanted = { id: linkIdOf('ring', '4+1'), lengthKm: 10, aEnd: { id: site(4) }, zEnd: { id: site(5) } }
    expect(await linksOf(4)).toContainEqual(wanted)
    expect(await linksOf(5)).toContainEqual(wanted)
    expect(idsOf(await linksOf(6))).not.toContain(wanted.id)
  })

  it('comes once in the pages of a site, the shortest first, also among links of one length', async () => {
    const query = `query ($id: ID!, $after: Cursor) { site(id: $id) { links(first: 1, after: $after) {
      nodes { id lengthKm } pageInfo { hasNextPage endCursor } } } }`
    const found: Node[] = []
    for (let after: string | null = null, more = true; more; ) {
      const links: Page = (await data(query, { id: site(0), after })).site.links
      found.push(...links.nodes)
      more = links.pageInfo.hasNextPage
      after = links.pageInfo.endCursor
    }
    expect(found.map(({ lengthKm }) => lengthKm)).toEqual([10, 10, 20, 20])
    const ends = ['0+1', '9+1', '0+2', '8+2'].map((id) => linkIdOf('ring', id))
    expect(idsOf(found).toSorted()).toEqual(ends.toSorted())
  })
})

describe('customers', () => {
  const BY_REFERENCE = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on Slice { name } ... on SlaViolation { severity } ... on User { slices { nodes { id } } } } }`
  const reference = (__typename: string, id: string) => ({ refs: [{ __typename, id }] })

  it('see their own slices and violations in lists, and the sites', async () => {
    const { owner, slice } = at(1)
    const customer = { customer: owner }
    expect(idsOf(await everyPage('slices', 20, 'id', customer))).toEqual([slice])
    const violations = await everyPage('slaViolations', 1, 'id slice { id }', customer)
    expect(violations.map((violation) => violation.slice)).toEqual([{ id: slice }, { id: slice }])
    expect(await everyPage('sites', 100, 'id', customer)).toHaveLength(SITES)
    expect(await everyPage('slices', 20, 'id', { customer: newId('usr') })).toEqual([])
  })

  it('get their own by id, and FORBIDDEN for those of others', async () => {
    const [own, foreign] = [at(1), at(2)]
    const customer = { customer: own.owner }
    const query = 'query ($id: ID!) { slice(id: $id) { id } }'
    expect(await data(query, { id: own.slice }, customer)).toEqual({ slice: { id: own.slice } })
    expect(codesOf(await stage.ask(customer, query, { id: foreign.slice }))).toEqual(['FORBIDDEN'])
    const list = 'query ($id: ID) { slaViolations(filter: { sliceId: $id }) { nodes { id } } }'
    const violations = (await data(list, { id: foreign.slice })).slaViolations.nodes
    for (const refs of [
      reference('Slice', foreign.slice),
      reference('SlaViolation', violations[0].id),
      reference('User', foreign.owner),
    ]) {
      expect(codesOf(await stage.ask(customer, BY_REFERENCE, refs))).toEqual(['FORBIDDEN'])
      expect(codesOf(await stage.ask(OPERATOR, BY_REFERENCE, refs))).toBeUndefined()
    }
    expect(await data(list, { id: foreign.slice }, customer)).toEqual({ slaViolations: { nodes: [] } })
  })

  it('need the scope, and a token', async () => {
    const query = '{ slices { nodes { id } } }'
    expect(codesOf(await stage.ask({ customer: at(0).owner, scopes: 'billing:read' }, query))).toEqual(['FORBIDDEN'])
    expect(codesOf(await stage.ask(null, query))).toEqual(['UNAUTHENTICATED'])
  })
})

it('another tenant sees nothing', async () => {
  const query = `query ($slice: ID!, $site: ID!, $refs: [_Any!]!) {
    slices { nodes { id } } slaViolations { nodes { id } } sites { nodes { id } }
    slice(id: $slice) { id } site(id: $site) { id }
    _entities(representations: $refs) { ... on User { slices { nodes { id } } } ... on Link { status } } }`
  const variables = {
    slice: critical,
    site: site(0),
    refs: [
      { __typename: 'User', id: at(0).owner },
      { __typename: 'Link', id: linkIdOf('ring', '0+1') },
    ],
  }
  const none = { nodes: [] }
  const nothing = { slices: none, slaViolations: none, sites: none, slice: null, site: null }
  expect(await data(query, variables, RIVAL)).toEqual({ ...nothing, _entities: [{ slices: none }, null] })
})

describe('statements', () => {
  const cost = (query: string, variables: Record<string, unknown>) =>
    countStatements([stage.database.url], () => data(query, variables))

  it('for fifty users with slices, samples and violations are as many as for one', async () => {
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { slices(first: 2) { nodes {
      sNssai owner { id } sla { latencyMsMax } kpiSamples(first: 5) { nodes { latencyMs } }
      violations(first: 5) { nodes { severity explanation { summary } slice { name } } } } } } } }`
    const refs = orders.map(({ owner }) => ({ __typename: 'User', id: owner }))
    // Slices of users, samples of slices, violations of slices, slices of violations.
    expect([await cost(query, { refs: refs.slice(0, 1) }), await cost(query, { refs })]).toEqual([4, 4])
    const users = (await data(query, { refs }))._entities
    expect(users).toHaveLength(50)
    expect(users[49].slices.nodes[0].kpiSamples.nodes).toHaveLength(5)
    expect(users[49].slices.nodes[0].violations.nodes).toHaveLength(2)
  })

  it('for ten sites with links and their ends are as many as for one', async () => {
    const query = `query ($first: Int) { sites(first: $first) { nodes { name links(first: 10) { nodes {
      status aEnd { name } zEnd { name topology } } } } } }`
    // Sites, links of sites, ends of links.
    expect([await cost(query, { first: 1 }), await cost(query, { first: SITES })]).toEqual([3, 3])
  })
})
