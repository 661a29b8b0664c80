// `pnpm topology:import`, with files as people write them, on a real database.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { linksByIds } from '../db/links.ts'
import { sitesByIds } from '../db/sites.ts'
import { parseTopologyFile } from '../domain/topology-file.ts'
import { published } from '../events.ts'
import { importTopologies, linkIdOf, siteIdOf } from '../flow/import-topology.ts'
import { reportLinkStatus } from '../flow/report-link-status.ts'
import { counts, type ImportStage, lines, setImportStage } from '../testing/import-stage.ts'
import { NOW, TESTER } from '../testing/network-stage.ts'
import { link, node, topology } from '../testing/topology-files.ts'

let network: ImportStage
beforeEach(async () => {
  network = await setImportStage()
})
afterEach(() => network[Symbol.asyncDispose]())

const linkOf = async (id: Id<'lnk'>) => (await linksByIds(network.db, [id]))[0]
const siteOf = async (id: Id<'ste'>) => (await sitesByIds(network.db, [id]))[0]

describe('an import', () => {
  it('stores sites and links, and says so', async () => {
    expect(await network.run([await network.file(topology())])).toEqual({
      code: 0,
      stdout: lines('ring (Ring)', `  sites  ${counts(2, 0, 0)}`, `  links  ${counts(1, 0, 0)}`),
      stderr: '',
    })
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1, ends: 2, events: 1 })
    expect(await siteOf(siteIdOf('ring', 'b'))).toMatchObject({
      name: 'Site b',
      country: 'Switzerland',
      latitude: 47.5,
      longitude: 8,
      topology: 'Ring',
    })
    expect(await linkOf(linkIdOf('ring', 'ab'))).toMatchObject({
      aEndId: siteIdOf('ring', 'a'),
      zEndId: siteIdOf('ring', 'b'),
      lengthM: 60_000,
      capacityBps: 400_000_000_000,
      status: 'UP',
    })
  })

  it('of the same file again changes nothing', async () => {
    const path = await network.file(topology())
    await network.run([path])
    const before = await network.rows()
    expect((await network.run([path])).stdout).toContain(`sites  ${counts(0, 0, 2)}\n  links  ${counts(0, 0, 1)}`)
    expect(await network.rows()).toEqual(before)
  })

  it('changes what is different, ends of links included, and removes nothing', async () => {
    const nodes = [node('a'), node('b'), node('c')]
    await network.run([await network.file(topology({ nodes, links: [link('ab', 'a', 'b'), link('bc', 'b', 'c')] }))])
    const changed = topology({
      name: 'Ring 2',
      nodes: [node('a', { lat: 46 }), node('c'), node('d')],
      links: [link('ab', 'a', 'c', { km: 75, capacityMbps: null }), link('cd', 'c', 'd')],
    })
    expect((await network.run([await network.file(changed)])).stdout).toBe(
      lines('ring (Ring 2)', `  sites  ${counts(1, 1, 1, 1)}`, `  links  ${counts(1, 1, 0, 1)}`),
    )
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 4, links: 3, ends: 6 })
    expect(await siteOf(siteIdOf('ring', 'a'))).toMatchObject({ latitude: 46, topology: 'Ring 2' })
    const moved = { zEndId: siteIdOf('ring', 'c'), lengthM: 75_000, capacityBps: null }
    expect(await linkOf(linkIdOf('ring', 'ab'))).toMatchObject(moved)
    expect((await network.run([await network.file(changed)])).stdout).toContain(`sites  ${counts(0, 0, 3, 1)}`)
  })

  it('leaves the status of a link as it was reported', async () => {
    await network.run([await network.file(topology())])
    const id = linkIdOf('ring', 'ab')
    await reportLinkStatus(network.db, id, 'DOWN', { actor: 'svc:test', correlationId: 'test', now: new Date(0) })
    await network.run([await network.file(topology({ links: [link('ab', 'a', 'b', { km: 61 })] }))])
    expect(await linkOf(id)).toMatchObject({ status: 'DOWN', lengthM: 61_000, version: 1 })
  })

  it('keeps links that join the same two sites', async () => {
    const links = [link('north', 'a', 'b'), link('south', 'a', 'b', { km: 80 }), link('back', 'b', 'a')]
    await network.run([await network.file(topology({ links }))])
    expect(await network.rows()).toMatchObject({ links: 3, ends: 6 })
  })

  it('takes the great circle where the file gives no length', async () => {
    await network.run([await network.file(topology({ links: [link('ab', 'a', 'b', { km: null })] }))])
    const { lengthM } = (await linkOf(linkIdOf('ring', 'ab'))) ?? {}
    // Half a degree of latitude on a sphere with the mean radius of the earth.
    expect(lengthM).toBe(Math.round((6_371_008.8 * Math.PI) / 360))
  })

  it('stores every topology of a file, or the one that is asked for; the same ids in two are different things', async () => {
    const path = await network.file({ topologies: [topology({ id: 'star', name: 'Star' }), topology()] })
    const only = await network.run([path, '--only', 'star'])
    expect(only).toMatchObject({ code: 0, stdout: expect.stringMatching(/^star \(Star\)\n(?!.*ring)/s) })
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1 })
    expect((await network.run([path])).stdout).toBe(
      lines(
        ...['ring (Ring)', `  sites  ${counts(2, 0, 0)}`, `  links  ${counts(1, 0, 0)}`],
        ...['star (Star)', `  sites  ${counts(0, 0, 2)}`, `  links  ${counts(0, 0, 1)}`],
      ),
    )
    expect(await network.rows()).toMatchObject({ topologies: 2, sites: 4, links: 2 })
  })

  it('goes to the tenant that is named, and is not seen by others', async () => {
    expect(await network.run([await network.file(topology()), '--tenant', 'rival'])).toMatchObject({ code: 0 })
    expect(await siteOf(siteIdOf('ring', 'a'))).toBeUndefined()
    expect(await sitesByIds(network.database.forTenant('rival'), [siteIdOf('ring', 'a')])).toHaveLength(1)
    expect(await network.run([await network.file(topology())])).toMatchObject({
      stdout: expect.stringContaining('2 added'),
    })
  })

  it('of one topology many times at once stores it once', async () => {
    const path = await network.file(topology())
    const answers = await Promise.all(Array.from({ length: 6 }, () => network.run([path])))
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    expect(answers.filter(({ stdout }) => stdout.includes('2 added'))).toHaveLength(1)
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1, ends: 2 })
  })

  it('stores every row of more than one statement carries, each once', async () => {
    const nodes = Array.from({ length: 6_000 }, (_, at) => node(`n${at}`))
    const links = nodes.map(({ id }, at) => link(`l${at}`, id, `n${(at + 1) % nodes.length}`))
    expect(await network.run([await network.file(topology({ nodes, links }))])).toMatchObject({
      stdout: lines('ring (Ring)', `  sites  ${counts(6_000, 0, 0)}`, `  links  ${counts(6_000, 0, 0)}`),
    })
    expect(await network.rows()).toMatchObject({ sites: 6_000, links: 6_000, ends: 12_000 })
  })

  it.each<[string, Record<string, unknown>, number, number]>([
    ['the name of a site', { nodes: [node('a', { name: 'Other' }), node('b', { lat: 47.5 })] }, 1, 0],
    ['the country of a site', { nodes: [node('a', { country: 'Other' }), node('b', { lat: 47.5 })] }, 1, 0],
    ['the latitude of a site', { nodes: [node('a', { lat: 1 }), node('b', { lat: 47.5 })] }, 1, 0],
    ['the longitude of a site', { nodes: [node('a', { lon: 1 }), node('b', { lat: 47.5 })] }, 1, 0],
    ['the capacity of a link', { links: [link('ab', 'a', 'b', { capacityMbps: 1 })] }, 0, 1],
    ['the length of a link', { links: [link('ab', 'a', 'b', { km: 61 })] }, 0, 1],
    ['the ends of a link', { links: [link('ab', 'b', 'a')] }, 0, 1],
  ])('notices that %s alone is different', async (_, change, sites, links) => {
    await network.run([await network.file(topology())])
    const path = await network.file(topology(change))
    expect((await network.run([path])).stdout).toContain(
      `sites  ${counts(0, sites, 2 - sites)}\n  links  ${counts(0, links, 1 - links)}`,
    )
    expect((await network.run([path])).stdout).toContain(`sites  ${counts(0, 0, 2)}\n  links  ${counts(0, 0, 1)}`)
  })

  it('tells ids apart that are alike once a slash stands between their parts', async () => {
    const [first, second] = [
      topology({ id: 'a/b', nodes: [node('c'), node('d')], links: [link('l', 'c', 'd')] }),
      topology({ id: 'a', nodes: [node('b/c'), node('b/d')], links: [link('b/l', 'b/c', 'b/d')] }),
    ]
    await network.run([await network.file({ topologies: [first, second] })])
    expect(await network.rows()).toMatchObject({ topologies: 2, sites: 4, links: 2, ends: 4 })
  })

  it('tells the journal of each topology that is new or changed: who, when, and how much', async () => {
    const good = topology({ id: 'good', name: 'Good' })
    await network.run([await network.file({ topologies: [topology(), good] })])
    const grown = topology({ nodes: [node('a', { lat: 1 }), node('b', { lat: 47.5 }), node('c')] })
    await network.run([await network.file({ topologies: [grown, good] })])
    await network.run([await network.file(topology({ ...grown, name: 'Ring 2' }))])
    const rows = [
      ...(await network.database.system.execute<{ data: unknown; at: number }>(
        sql`select aggregate_id as id, version, type, data, actor, tenant_id as tenant,
          (extract(epoch from occurred_at) * 1000)::float8 as at from journal order by xid, seq`,
      )),
    ]
    const none = { added: 0, changed: 0 }
    const by = { type: 'topology.imported', actor: 'svc:topology-import', tenant: 'demo', at: NOW.getTime() }
    const data = (topologyId: string, name: string, sites: object, links: object) => ({
      topologyId,
      name,
      sites,
      links,
    })
    const [two, one] = [
      { added: 2, changed: 0, unchanged: 0 },
      { added: 1, changed: 0, unchanged: 0 },
    ]
    const same = { ...none, unchanged: 1 }
    expect(rows).toEqual([
      { id: 'good', version: 1, ...by, data: data('good', 'Good', two, one) },
      { id: 'ring', version: 1, ...by, data: data('ring', 'Ring', two, one) },
      { id: 'ring', version: 2, ...by, data: data('ring', 'Ring', { added: 1, changed: 1, unchanged: 1 }, same) },
      { id: 'ring', version: 3, ...by, data: data('ring', 'Ring 2', { ...none, unchanged: 3 }, same) },
    ])
    for (const row of rows) published['topology.imported'].parse(row.data)
  })

  it('keeps the links of two tenants apart, also for a role that row-level security does not hold', async () => {
    const url = Object.assign(new URL(inject('postgresUrl')), { pathname: new URL(network.url).pathname }).href
    const log = createLog({ service: 'network', level: 'silent' })
    const above = openDatabase({ url, applicationName: 'network-test', log })
    try {
      const nodes = [node('a'), node('b'), node('c')]
      const imported = async (tenant: string, end: string) => {
        const parsed = parseTopologyFile(JSON.stringify(topology({ nodes, links: [link('ab', 'a', end)] })))
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
        await importTopologies(above.forTenant(tenant), parsed.topologies, TESTER)
      }
      await imported('rival', 'c')
      await imported('demo', 'b')
      const ends = await above.system.execute(
        sql`select tenant_id as tenant, site_id as site from link_end order by tenant_id, site_id`,
      )
      const expected = [
        ['demo', 'a'],
        ['demo', 'b'],
        ['rival', 'a'],
        ['rival', 'c'],
      ] as const
      const rows = expected.map(([tenant, id]) => ({ tenant, site: toUuid(siteIdOf('ring', id)) }))
      expect(new Set([...ends].map((end) => JSON.stringify(end)))).toEqual(
        new Set(rows.map((end) => JSON.stringify(end))),
      )
      expect(ends).toHaveLength(4)
    } finally {
      await above.close({ timeout_s: 1 })
    }
  })

  it('shows how far it is on a terminal, where there is enough to do', async () => {
    const nodes = Array.from({ length: 500 }, (_, at) => node(`n${at}`))
    expect((await network.run([await network.file(topology({ nodes, links: [] }))], { isTTY: true })).stderr).toContain(
      '500 of 500',
    )
    expect((await network.run([await network.file(topology())], { isTTY: true })).stderr).toBe('')
  })
})
