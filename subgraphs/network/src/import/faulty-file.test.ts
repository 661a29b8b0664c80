// What `pnpm topology:import` refuses, and that nothing of it is stored.

import { truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sitesByIds } from '../db/sites.ts'
import { ITEMS_MAX, siteIdOf } from '../flow/import-topology.ts'
import { type ImportStage, setImportStage } from '../testing/import-stage.ts'
import { link, node, topology } from '../testing/topology-files.ts'
import { FILE_BYTES_MAX } from './source.ts'

let network: ImportStage
beforeEach(async () => {
  network = await setImportStage()
})
afterEach(() => network[Symbol.asyncDispose]())

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
    const path = await network.file({ topologies: [topology({ id: 'good' }), topology(Object(change))] })
    const { code, stdout, stderr } = await network.run([path])
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
    expect(await network.run([await network.file(content)])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(fault),
    })
    expect(await network.rows()).toMatchObject({ topologies: 0, sites: 0 })
  })

  it('that is too large is refused, also what has no size before it is read', async () => {
    const path = await network.file('')
    await truncate(path, FILE_BYTES_MAX + 1)
    for (const large of [path, '/dev/zero'])
      expect(await network.run([large])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^FILE_TOO_LARGE: .+\n$/),
      })
  })

  it('with more sites and links than one import can store is refused, unless one topology of it is asked for', async () => {
    const nodes = Array.from({ length: ITEMS_MAX - 2 }, (_, at) => node(`n${at}`))
    const path = await network.file({ topologies: [topology(), topology({ id: 'huge', nodes, links: [] })] })
    expect(await network.run([path])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^TOO_MANY_ITEMS: .+\n$/),
    })
    expect(await network.rows()).toMatchObject({ topologies: 0 })
    expect(await network.run([path, '--only', 'ring'])).toMatchObject({ code: 0 })
  })

  it('that is not UTF-8 is refused, and one that begins with a byte order mark is not', async () => {
    const text = JSON.stringify(topology({ name: 'Zürich' }))
    const path = await network.file('')
    await writeFile(path, Buffer.from(text, 'latin1'))
    expect(await network.run([path])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^BAD_ENCODING: .+\n$/) })
    expect(await network.rows()).toMatchObject({ topologies: 0 })
    await writeFile(path, `\uFEFF${text}`)
    expect(await network.run([path])).toMatchObject({ code: 0, stdout: expect.stringContaining('ring (Zürich)') })
  })

  it('says all of its faults at once, one a line', async () => {
    const links = [link('l', 'a', 'x'), link('m', 'a', 'a')]
    const { stderr } = await network.run([await network.file(topology({ links }))])
    expect(stderr.match(/^links.*$/gm)).toHaveLength(2)
  })

  it('with many faults shows the first twenty, and says how many more there are', async () => {
    const nodes = Array.from({ length: 25 }, (_, at) => node(`n${at}`, { lat: 91 }))
    const { stderr } = await network.run([await network.file(topology({ nodes, links: [] }))])
    expect(stderr.split('\n').filter((line) => line.includes('LATITUDE_OUT_OF_RANGE'))).toHaveLength(20)
    expect(stderr).toMatch(/\nand 5 more\n$/)
  })

  it('changes nothing of what an earlier import stored', async () => {
    await network.run([await network.file(topology())])
    const faulty = topology({ name: 'Other', nodes: [node('a', { lat: 1 }), node('b')], links: [link('x', 'a', 'a')] })
    expect(await network.run([await network.file({ topologies: [topology({ id: 'new' }), faulty] })])).toMatchObject({
      code: 2,
    })
    const stored = await sitesByIds(network.db, [siteIdOf('ring', 'a')])
    expect(stored).toMatchObject([{ latitude: 47, topology: 'Ring' }])
    expect(await network.rows()).toMatchObject({ topologies: 1, sites: 2, links: 1 })
  })
})
