import { describe, expect, it } from 'vitest'
import { distanceKm } from './distance.ts'
import { capacityInBps, lengthInMetres } from './topology.ts'
import { parseTopologyFile } from './topology-file.ts'

const node = (id: string, change: object = {}) => ({ id, name: id, country: 'Nowhere', lat: 1, lon: 2, ...change })
const link = (id: string, a: string, b: string, change: object = {}) => ({
  id,
  a,
  b,
  km: 1,
  capacityMbps: null,
  ...change,
})
const topology = (change: object = {}) => ({
  id: 't',
  name: 'T',
  nodes: [node('a'), node('b')],
  links: [link('l', 'a', 'b')],
  ...change,
})
const parse = (value: unknown) => parseTopologyFile(JSON.stringify(value))

describe('a topology file', () => {
  it('holds many topologies, or one alone', () => {
    const many = parse({ topologies: [topology(), topology({ id: 'u' })] })
    expect(many).toMatchObject({ ok: true, topologies: [{ id: 't' }, { id: 'u' }] })
    expect(parse(topology())).toEqual({ ok: true, topologies: [topology()] })
  })

  it('may hold parallel links, equal names, lengths of 0, and properties that are not ours', () => {
    const file = topology({
      kind: 'REN',
      nodes: [node('a', { name: 'X' }), node('b', { name: 'X' })],
      links: [link('l', 'a', 'b', { km: 0 }), link('m', 'a', 'b')],
    })
    expect(parse(file)).toMatchObject({ ok: true, topologies: [{ links: [{ km: 0 }, { id: 'm' }] }] })
  })

  it('may leave out what is not known', () => {
    const { km: _km, capacityMbps: _capacity, ...bare } = link('l', 'a', 'b')
    expect(parse(topology({ links: [bare] }))).toMatchObject({
      ok: true,
      topologies: [{ links: [{ km: null, capacityMbps: null }] }],
    })
  })

  it.each<[string, object, string, string]>([
    ['a repeated node', { nodes: [node('a'), node('b'), node('a')] }, 'DUPLICATE_NODE_ID', 'nodes[2].id'],
    ['a repeated link', { links: [link('l', 'a', 'b'), link('l', 'b', 'a')] }, 'DUPLICATE_LINK_ID', 'links[1].id'],
    ['a link to nowhere', { links: [link('l', 'a', 'c')] }, 'UNKNOWN_NODE', 'links[0].b'],
    ['a link from nowhere', { links: [link('l', 'c', 'a')] }, 'UNKNOWN_NODE', 'links[0].a'],
    ['a link of a node with itself', { links: [link('l', 'a', 'a')] }, 'SELF_LOOP', 'links[0]'],
    ['a latitude beyond the pole', { nodes: [node('a', { lat: 90.01 })] }, 'LATITUDE_OUT_OF_RANGE', 'nodes[0].lat'],
    ['a longitude beyond 180', { nodes: [node('a', { lon: -181 })] }, 'LONGITUDE_OUT_OF_RANGE', 'nodes[0].lon'],
    ['a negative length', { links: [link('l', 'a', 'b', { km: -0.1 })] }, 'LENGTH_OUT_OF_RANGE', 'links[0].km'],
    ['an absurd length', { links: [link('l', 'a', 'b', { km: 100_000.1 })] }, 'LENGTH_OUT_OF_RANGE', 'links[0].km'],
    [
      'no capacity',
      { links: [link('l', 'a', 'b', { capacityMbps: 0 })] },
      'CAPACITY_OUT_OF_RANGE',
      'links[0].capacityMbps',
    ],
    [
      'a capacity of less than half a bit per second',
      { links: [link('l', 'a', 'b', { capacityMbps: 0.000_000_4 })] },
      'CAPACITY_OUT_OF_RANGE',
      'links[0].capacityMbps',
    ],
    [
      'an absurd capacity',
      { links: [link('l', 'a', 'b', { capacityMbps: 1_000_000_001 })] },
      'CAPACITY_OUT_OF_RANGE',
      'links[0].capacityMbps',
    ],
    ['a name of spaces', { nodes: [node('a', { name: '  ' })] }, 'EMPTY_TEXT', 'nodes[0].name'],
    ['an endless name', { nodes: [node('a', { name: 'n'.repeat(201) })] }, 'TEXT_TOO_LONG', 'nodes[0].name'],
    ['half a character', { nodes: [node('a', { name: 'a\ud83d' })] }, 'UNPRINTABLE_TEXT', 'nodes[0].name'],
    ['a change of direction', { nodes: [node('a', { name: 'a\u202eb' })] }, 'UNPRINTABLE_TEXT', 'nodes[0].name'],
    ['an endless id', { id: 'i'.repeat(101) }, 'TEXT_TOO_LONG', 'id'],
    ['an endless id of a node', { nodes: [node('i'.repeat(101))] }, 'TEXT_TOO_LONG', 'nodes[0].id'],
    ['an endless id of a link', { links: [link('i'.repeat(101), 'a', 'b')] }, 'TEXT_TOO_LONG', 'links[0].id'],
    ['a null character', { nodes: [node('a', { country: 'a\0b' })] }, 'UNPRINTABLE_TEXT', 'nodes[0].country'],
    ['a latitude that is no number', { nodes: [node('a', { lat: 'NaN' })] }, 'INVALID_SHAPE', 'nodes[0].lat'],
    [
      'a latitude that JSON wrote as null',
      { nodes: [node('a', { lat: Number.NaN })] },
      'INVALID_SHAPE',
      'nodes[0].lat',
    ],
    ['no nodes', { nodes: undefined }, 'INVALID_SHAPE', 'nodes'],
  ])('is refused for %s, which is named and located', (_, change, code, path) => {
    const parsed = parse({ topologies: [topology({ id: 'fine' }), topology(change)] })
    expect(parsed).toMatchObject({ ok: false, faults: [{ code, path: `topologies[1].${path}` }] })
    expect(parse(topology(change))).toMatchObject({ ok: false, faults: [{ code, path }] })
  })

  it.each([
    ['two topologies of one id', { topologies: [topology(), topology()] }, 'DUPLICATE_TOPOLOGY_ID'],
    ['no topology', { topologies: [] }, 'INVALID_SHAPE'],
    ['a list', [], 'INVALID_SHAPE'],
    ['a number', 1, 'INVALID_SHAPE'],
    ['null', null, 'INVALID_SHAPE'],
  ])('is refused for %s', (_, file, code) => {
    expect(parse(file)).toMatchObject({ ok: false, faults: [{ code }] })
  })

  it.each([
    ['{"topologies": [}', /^Unexpected token '}', "{"topologies": \[}" is not valid JSON$/],
    ['{"id": NaN}', /^Unexpected token 'N', "{"id": NaN}" is not valid JSON$/],
    ['{"id": "t"', /at position 10/],
    ['', /at position 0$/],
  ])('that is not JSON is refused with the place: %s', (text, message) => {
    expect(parseTopologyFile(text)).toMatchObject({
      ok: false,
      faults: [{ code: 'BAD_JSON', message: expect.stringMatching(message) }],
    })
  })

  it('may go as far as the limits', () => {
    const [id, other] = ['i'.repeat(100), 'j'.repeat(100)]
    const nodes = [node(id, { name: 'n'.repeat(200), lat: 90, lon: 180 }), node(other, { lat: -90, lon: -180 })]
    const links = [
      link(id, id, other, { km: 100_000, capacityMbps: 1_000_000_000 }),
      link(other, other, id, { km: 0, capacityMbps: 0.000_001 }),
    ]
    expect(parse(topology({ id, nodes, links }))).toMatchObject({ ok: true })
  })

  it.each([
    ['one kind', (at: number) => link(`l${at}`, 'a', 'a')],
    ['the shape', (at: number) => link(`l${at}`, 'a', 'b', { km: 'far' })],
  ])('tells all faults of %s at once, up to twenty', (_, faulty) => {
    const parsed = parse(topology({ links: Array.from({ length: 30 }, (_, at) => faulty(at)) }))
    expect(parsed.ok ? [] : parsed.faults).toHaveLength(20)
  })
})

describe('a link', () => {
  const zurich = { id: 'z', name: 'Zurich', country: 'CH', lat: 47.3769, lon: 8.5417 }
  const munich = { id: 'm', name: 'Munich', country: 'DE', lat: 48.1351, lon: 11.582 }
  const between = (km: number | null) => ({ id: 'l', a: 'z', b: 'm', km, capacityMbps: 2_500.5 })

  it('is as long as its file says, in whole metres', () => {
    expect(lengthInMetres(between(312.8), zurich, munich)).toBe(312_800)
    expect(lengthInMetres(between(0), zurich, munich)).toBe(0)
  })

  it('is as long as the great circle where the file does not say', () => {
    expect(lengthInMetres(between(null), zurich, munich)).toBeGreaterThan(240_000)
    expect(lengthInMetres(between(null), zurich, munich)).toBeLessThan(245_000)
  })

  it('has its capacity in bit/s', () => {
    expect(capacityInBps(between(1))).toBe(2_500_500_000)
  })

  it('between opposite places is half the earth, and 0 at one place', () => {
    expect(distanceKm({ lat: 90, lon: 0 }, { lat: -90, lon: 0 })).toBeCloseTo(Math.PI * 6371.0088, 6)
    expect(distanceKm(zurich, zurich)).toBe(0)
  })

  it('between opposite places has a length also where rounding carries the haversine past 1', () => {
    const here = { lat: 48.91829707332414, lon: 135.80729348720996 }
    const there = { lat: -48.91829707325589, lon: -44.192706512809416 }
    expect(distanceKm(here, there)).toBeCloseTo(Math.PI * 6371.0088, 6)
  })
})
