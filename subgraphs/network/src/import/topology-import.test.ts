import type { Output } from '@carriergraph/shared/command/surroundings.ts'
// `pnpm topology:import`, with files as people write them, on a real database.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { linksByIds } from '../db/links.ts'
import { sitesByIds } from '../db/sites.ts'
import { linkIdOf, siteIdOf } from '../flow/import-topology.ts'
import { reportLinkStatus } from '../flow/report-link-status.ts'
import { createNetworkDatabase, type NetworkDatabase } from '../testing/network-database.ts'
import { link, node, topology } from '../testing/topology-files.ts'
import { topologyImport } from './topology-import.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

let folder: string
let network: NetworkDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-import-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  network = await createNetworkDatabase()
})
afterEach(() => network[Symbol.asyncDispose]())

/** Writes a file; text as it stands, anything else as JSON. */
async function file(content: unknown): Promise<string> {
  const path = join(folder, 'topology.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function collector(isTTY: boolean): { output: Output; text(): string } {
  const chunks: string[] = []
  const output = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return { output: Object.assign(output, { isTTY }), text: () => chunks.join('') }
}

/** Runs the command against this test's database. */
async function run(argv: string[], { env, isTTY = false }: { env?: NodeJS.ProcessEnv; isTTY?: boolean } = {}) {
  const [stdout, stderr] = [collector(false), collector(isTTY)]
  const environmentFile = join(folder, 'environment.json')
  const code = await topologyImport(argv, {
    env: env ?? { DATABASE_URL_NETWORK: network.url },
    environmentFile,
    stdout: stdout.output,
    stderr: stderr.output,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

const lines = (...all: string[]): string => `${all.join('\n')}\n`
const counts = (added: number, changed: number, unchanged: number, kept = 0): string =>
  `${added} added, ${changed} changed, ${unchanged} unchanged, ${kept} kept that the file does not name`

const linkOf = async (id: Id<'lnk'>) => (await linksByIds(network.db, [id]))[0]
const siteOf = async (id: Id<'ste'>) => (await sitesByIds(network.db, [id]))[0]

describe('an import', () => {
  it('stores sites and links, and says so', async () => {
    expect(await run([await file(topology())])).toEqual({
      code: 0,
      stdout: lines('ring (Ring)', `  sites  ${counts(2, 0, 0)}`, `  links  ${counts(1, 0, 0)}`),
      stderr: '',
    })
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1, ends: 2, events: 0 })
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
    const path = await file(topology())
    await run([path])
    const before = await network.rows()
    expect((await run([path])).stdout).toContain(`sites  ${counts(0, 0, 2)}\n  links  ${counts(0, 0, 1)}`)
    expect(await network.rows()).toEqual(before)
  })

  it('changes what is different, ends of links included, and removes nothing', async () => {
    const nodes = [node('a'), node('b'), node('c')]
    await run([await file(topology({ nodes, links: [link('ab', 'a', 'b'), link('bc', 'b', 'c')] }))])
    const changed = topology({
      name: 'Ring 2',
      nodes: [node('a', { lat: 46 }), node('c'), node('d')],
      links: [link('ab', 'a', 'c', { km: 75, capacityMbps: null }), link('cd', 'c', 'd')],
    })
    expect((await run([await file(changed)])).stdout).toBe(
      lines('ring (Ring 2)', `  sites  ${counts(1, 1, 1, 1)}`, `  links  ${counts(1, 1, 0, 1)}`),
    )
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 4, links: 3, ends: 6 })
    expect(await siteOf(siteIdOf('ring', 'a'))).toMatchObject({ latitude: 46, topology: 'Ring 2' })
    const moved = { zEndId: siteIdOf('ring', 'c'), lengthM: 75_000, capacityBps: null }
    expect(await linkOf(linkIdOf('ring', 'ab'))).toMatchObject(moved)
    expect((await run([await file(changed)])).stdout).toContain(`sites  ${counts(0, 0, 3, 1)}`)
  })

  it('leaves the status of a link as it was reported', async () => {
    await run([await file(topology())])
    const id = linkIdOf('ring', 'ab')
    await reportLinkStatus(network.db, id, 'DOWN', { actor: 'svc:test', correlationId: 'test', now: new Date(0) })
    await run([await file(topology({ links: [link('ab', 'a', 'b', { km: 61 })] }))])
    expect(await linkOf(id)).toMatchObject({ status: 'DOWN', lengthM: 61_000, version: 1 })
  })

  it('keeps links that join the same two sites', async () => {
    const links = [link('north', 'a', 'b'), link('south', 'a', 'b', { km: 80 }), link('back', 'b', 'a')]
    await run([await file(topology({ links }))])
    expect(await network.rows()).toMatchObject({ links: 3, ends: 6 })
  })

  it('takes the great circle where the file gives no length', async () => {
    await run([await file(topology({ links: [link('ab', 'a', 'b', { km: null })] }))])
    const { lengthM } = (await linkOf(linkIdOf('ring', 'ab'))) ?? {}
    // Half a degree of latitude on a sphere with the mean radius of the earth.
    expect(lengthM).toBe(Math.round((6_371_008.8 * Math.PI) / 360))
  })

  it('stores every topology of a file, or the one that is asked for; the same ids in two are different things', async () => {
    const path = await file({ topologies: [topology({ id: 'star', name: 'Star' }), topology()] })
    const only = await run([path, '--only', 'star'])
    expect(only).toMatchObject({ code: 0, stdout: expect.stringMatching(/^star \(Star\)\n(?!.*ring)/s) })
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1 })
    expect((await run([path])).stdout).toBe(
      lines(
        ...['ring (Ring)', `  sites  ${counts(2, 0, 0)}`, `  links  ${counts(1, 0, 0)}`],
        ...['star (Star)', `  sites  ${counts(0, 0, 2)}`, `  links  ${counts(0, 0, 1)}`],
      ),
    )
    expect(await network.rows()).toMatchObject({ topologies: 2, sites: 4, links: 2 })
  })

  it('goes to the tenant that is named, and is not seen by others', async () => {
    expect(await run([await file(topology()), '--tenant', 'rival'])).toMatchObject({ code: 0 })
    expect(await siteOf(siteIdOf('ring', 'a'))).toBeUndefined()
    expect(await sitesByIds(network.database.forTenant('rival'), [siteIdOf('ring', 'a')])).toHaveLength(1)
    expect(await run([await file(topology())])).toMatchObject({ stdout: expect.stringContaining('2 added') })
  })

  it('of one topology many times at once stores it once', async () => {
    const path = await file(topology())
    const answers = await Promise.all(Array.from({ length: 6 }, () => run([path])))
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    expect(answers.filter(({ stdout }) => stdout.includes('2 added'))).toHaveLength(1)
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1, ends: 2 })
  })

  it('shows how far it is on a terminal, where there is enough to do', async () => {
    const nodes = Array.from({ length: 500 }, (_, at) => node(`n${at}`))
    expect((await run([await file(topology({ nodes, links: [] }))], { isTTY: true })).stderr).toContain('500 of 500')
    expect((await run([await file(topology())], { isTTY: true })).stderr).toBe('')
  })
})

describe('a faulty file', () => {
  it.each<[string, unknown, string]>([
    ['a repeated node', { nodes: [node('a'), node('b'), node('a')] }, 'nodes[2].id: DUPLICATE_NODE_ID'],
    ['a repeated link', { links: [link('l', 'a', 'b'), link('l', 'b', 'a')] }, 'links[1].id: DUPLICATE_LINK_ID'],
    ['a link to nowhere', { links: [link('l', 'a', 'c')] }, 'links[0].b: UNKNOWN_NODE'],
    ['a link from nowhere', { links: [link('l', 'c', 'a')] }, 'links[0].a: UNKNOWN_NODE'],
    ['a link of a node with itself', { links: [link('l', 'a', 'a')] }, 'links[0]: SELF_LOOP'],
    ['a latitude beyond the pole', { nodes: [node('a', { lat: 90.01 })] }, 'nodes[0].lat: LATITUDE_OUT_OF_RANGE'],
    ['a longitude beyond 180', { nodes: [node('a', { lon: -181 })] }, 'nodes[0].lon: LONGITUDE_OUT_OF_RANGE'],
    ['a negative length', { links: [link('l', 'a', 'b', { km: -1 })] }, 'links[0].km: LENGTH_OUT_OF_RANGE'],
    [
      'no capacity',
      { links: [link('l', 'a', 'b', { capacityMbps: 0 })] },
      'links[0].capacityMbps: CAPACITY_OUT_OF_RANGE',
    ],
    ['a name of spaces', { nodes: [node('a', { name: ' ' })] }, 'nodes[0].name: EMPTY_TEXT'],
    ['an endless name', { name: 'n'.repeat(201) }, 'name: TEXT_TOO_LONG'],
    ['a null character', { nodes: [node('a', { country: 'a\0b' })] }, 'nodes[0].country: UNPRINTABLE_TEXT'],
    ['a latitude that is no number', { nodes: [node('a', { lat: 'north' })] }, 'nodes[0].lat: INVALID_SHAPE'],
    ['no nodes', { nodes: undefined }, 'nodes: INVALID_SHAPE'],
    ['the id of another topology of the file', { id: 'good' }, 'topologies[1].id: DUPLICATE_TOPOLOGY_ID'],
  ])('with %s is refused whole, with the place and the name of the fault', async (_, change, fault) => {
    const path = await file({ topologies: [topology({ id: 'good' }), topology(Object(change))] })
    const { code, stdout, stderr } = await run([path])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Nothing was imported')
    expect(stderr).toContain(fault)
    expect(await network.rows()).toMatchObject({ topologies: 0, sites: 0, links: 0, ends: 0 })
  })

  it.each([
    ['that ends too soon', '{"topologies": [', /BAD_JSON: .* at position 16/],
    ['that is empty', '', /BAD_JSON: .* at position 0/],
    ['without a topology', '{"topologies": []}', /topologies: INVALID_SHAPE/],
    ['that is a list', '[]', /INVALID_SHAPE/],
  ])('%s is refused', async (_, content, fault) => {
    expect(await run([await file(content)])).toMatchObject({ code: 2, stderr: expect.stringMatching(fault) })
    expect(await network.rows()).toMatchObject({ topologies: 0, sites: 0 })
  })

  it('says all of its faults at once, one a line', async () => {
    const links = [link('l', 'a', 'x'), link('m', 'a', 'a')]
    const { stderr } = await run([await file(topology({ links }))])
    expect(stderr.match(/^links.*$/gm)).toHaveLength(2)
  })

  it('changes nothing of what an earlier import stored', async () => {
    await run([await file(topology())])
    const faulty = topology({ name: 'Other', nodes: [node('a', { lat: 1 }), node('b')], links: [link('x', 'a', 'a')] })
    expect(await run([await file({ topologies: [topology({ id: 'new' }), faulty] })])).toMatchObject({ code: 2 })
    expect(await siteOf(siteIdOf('ring', 'a'))).toMatchObject({ latitude: 47, topology: 'Ring' })
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1 })
  })
})

describe('the command', () => {
  it.each<[string, string[], string]>([
    ['no file', [], 'Name one file.'],
    ['two files', ['a.json', 'b.json'], 'Name one file.'],
    ['an option that it does not know', ['a.json', '--force'], '--force'],
    ['what is no tenant', ['a.json', '--tenant', 'A B'], 'not the name of a tenant'],
    ['a file that there is not', ['nowhere.json'], 'FILE_UNREADABLE'],
  ])('fails for %s and says why', async (_, argv, reason) => {
    expect(await run(argv)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(reason) })
  })

  it('fails for a topology that the file does not have, and names those that it has', async () => {
    const { code, stderr } = await run([await file(topology()), '--only', 'star'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'TOPOLOGY_UNKNOWN: The file has no topology "star". It has: ring.\n',
    })
    expect(await network.rows()).toMatchObject({ topologies: 0 })
  })

  it('finds the database of a local installation, and says so where there is none', async () => {
    const path = await file(topology())
    expect(await run([path], { env: {} })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DATABASE_UNKNOWN/),
    })
    await writeFile(join(folder, 'environment.json'), JSON.stringify({ DATABASE_URL_NETWORK: network.url }))
    expect(await run([path], { env: {} })).toMatchObject({ code: 0 })
    const gone = { DATABASE_URL_NETWORK: network.url.replace(/[^/]+$/, namedId('ste', 'gone')) }
    expect(await run([path], { env: gone })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DATABASE_UNAVAILABLE/),
    })
  })

  it('ends as a process with its exit code, what it did on stdout and faults on stderr', async () => {
    const good = await spawned([await file(topology())])
    expect(good).toEqual({ code: 0, stdout: expect.stringContaining('ring (Ring)\n  sites  2 added'), stderr: '' })
    const faulty = await spawned([await file(topology({ links: [link('l', 'a', 'a')] }))])
    expect(faulty).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('links[0]: SELF_LOOP') })
    expect(await spawned([])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Name one file.') })
    expect(await spawned(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('topology:import FILE'),
    })
    expect(await network.rows()).toMatchObject({ sites: 2, links: 1 })
  })
})

/** Runs the command as its user does: as a process of its own. */
async function spawned(argv: string[]) {
  const env = { ...process.env, DATABASE_URL_NETWORK: network.url }
  const child = spawn(process.execPath, [MAIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}
